import { assert, jsonValue, property } from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseBounded } from './boundedJson.ts';

describe('JSON of a stranger', () => {
  it('is read as JSON is', () => {
    assert(property(jsonValue(), (value) => isDeepStrictEqual(parseBounded(JSON.stringify(value, null, 40)), JSON.parse(JSON.stringify(value)))));
    for (const text of ['{"a":"\\\\"}', '["\\"[", "]"]']) expect(parseBounded(text)).toEqual(JSON.parse(text));
    expect(() => parseBounded('"[[[')).toThrow(SyntaxError);
  });

  it('is neither nested without end nor of more values than fit into memory; a long text is no value more', () => {
    expect(() => parseBounded('['.repeat(201) + ']'.repeat(201))).toThrow('too deeply');
    expect(() => parseBounded(`[${'{},'.repeat(2_000_001)}1]`)).toThrow('too many values');
    expect(parseBounded(JSON.stringify(',[{"'.repeat(1_100_000)))).toHaveLength(4_400_000);
  });
});
