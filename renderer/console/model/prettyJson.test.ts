import { describe, expect, it } from 'vitest';
import { isJsonText, longestJson, prettyJson } from './prettyJson.ts';

function printed(text: string, ...folded: number[]): string[] | null {
  return prettyJson(text, new Set(folded))?.map(({ depth, tokens }) => '  '.repeat(depth) + tokens.map((token) => token.text).join('')) ?? null;
}

describe('prettyJson', () => {
  it('writes a value over rows, short lists of plain values in one', () => {
    expect(printed('{"a": 1, "list":[1,2, 3], "in":{"x":{"y":null},"empty":{}, "none":[]}}')).toEqual([
      '{', '  "a": 1,', '  "list": [1, 2, 3],', '  "in": {', '    "x": {"y": null},', '    "empty": {},', '    "none": []', '  }', '}',
    ]);
    expect(printed('[true, "x"]')).toEqual(['[', '  true,', '  "x"', ']']);
  });

  it('keeps numbers, repeated keys and escapes as they were printed', () => {
    const text = '{"big":12345678901234567890.000,"e":1E+400,"a":1,"a":2,"s":"\\u0041\\n\\"","__proto__":{},"n":NaN,"i":-Infinity}';
    expect(printed(text)).toEqual(['{', '  "big": 12345678901234567890.000,', '  "e": 1E+400,', '  "a": 1,', '  "a": 2,', '  "s": "\\u0041\\n\\"",', '  "__proto__": {},', '  "n": NaN,', '  "i": -Infinity', '}']);
  });

  it('folds a container by its number, and the others keep theirs', () => {
    const text = `{"one":{"a":{"b":1}},"two":[{"c":"${'x'.repeat(80)}"}]}`;
    const folds = (...folded: number[]): unknown => prettyJson(text, new Set(folded))?.flatMap(({ fold }) => (fold === null ? [] : [[fold.id, fold.name, fold.isFolded]]));
    expect(folds()).toEqual([[0, '', false], [1, '"one"', false], [3, '"two"', false], [4, '', false]]);
    expect(folds(1)).toEqual([[0, '', false], [1, '"one"', true], [3, '"two"', false], [4, '', false]]);
    expect(printed(text, 1, 3)).toEqual(['{', '  "one": {\u2026}, 1 key', '  "two": [\u2026] 1 item', '}']);
  });

  it('is null for what is not JSON', () => {
    const not = ['', '1', '"x"', '{', '}', '{]', '[}', '{"a"}', '{"a":}', '{"a":1,}', '[1,]', '[1 2]', '{1:2}', '{"a":1}}', '{"a":1} x', '[01]', "{'a': 1}", '["\t"]', '[1],', ',', '{"a":1 "b":2}', '[:]', '{,}'];
    for (const text of not) expect(printed(text), text).toBeNull();
    for (const text of not) expect(isJsonText(text), text).toBe(false);
  });

  it('agrees with JSON.parse about what JSON is', () => {
    const parts = ['{', '}', '[', ']', ',', ':', '"a"', '1', 'null', ' '];
    let state = 7;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    let found = 0;
    for (let i = 0; i < 30_000; i++) {
      const text = Array.from({ length: 1 + random(7) }, () => parts[random(parts.length)] ?? '').join('');
      let value: unknown = null;
      try {
        value = JSON.parse(text);
      } catch {
        value = null;
      }
      const isContainer = typeof value === 'object' && value !== null;
      expect(printed(text) !== null, text).toBe(isContainer);
      if (isContainer) found++;
    }
    expect(found).toBeGreaterThan(100);
  });

  it('refuses what is too long or nested too deep, and writes what is deep in one line', () => {
    expect(printed(`["${'x'.repeat(longestJson)}"]`)).toBeNull();
    expect(printed('['.repeat(1001) + ']'.repeat(1001))).toBeNull();
    const deep = printed('['.repeat(900) + ']'.repeat(900));
    expect(deep?.length).toBe(81);
    expect(deep?.[40]?.trim()).toBe('['.repeat(860) + ']'.repeat(860));
  });

  it('ends after five thousand rows, and says how many more there are', () => {
    const rows = printed(`[${Array.from({ length: 20_000 }, () => '1').join(',')}]`);
    expect([rows?.length, rows?.at(-1)]).toEqual([5001, '\u2026 15,002 more rows']);
  });

  it('takes a hostile line in little time', () => {
    const start = performance.now();
    for (const text of [`{"a":"${'\\'.repeat(longestJson - 20)}`, `["${'\\"'.repeat(100_000)}"]`, '['.repeat(longestJson), `{${'"a":{'.repeat(40_000)}`, `[${' '.repeat(200_000)}x]`]) prettyJson(text, new Set());
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
