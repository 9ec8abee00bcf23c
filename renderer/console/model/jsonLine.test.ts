import { describe, expect, it } from 'vitest';
import { jsonLineText } from './jsonLine.ts';

describe('a line of JSON', () => {
  it('has its time, level and message first', () => {
    expect(jsonLineText('{"user":"a b","msg":"hello","level":"info","time":"10:02","n":1,"o":{"a":[1]}}')).toBe('10:02 info hello user=a b n=1 o={"a":[1]}');
    expect(jsonLineText('{"message":"one\\ntwo"}')).toBe('one\u23cetwo');
  });

  it('keeps numbers and repeated keys as they were printed', () => {
    expect(jsonLineText('{"id":12345678901234567890,"a":1.0,"a":[1E400, NaN],"__proto__":null}')).toBe('id=12345678901234567890 a=1.0 a=[1E400,NaN] __proto__=null');
  });

  it('stays as it is when it is none', () => {
    for (const line of ['', 'text', '{}', '[1]', '{"a":', '{a}', '1', `{"a":"${'x'.repeat(30_000)}"}`]) expect(jsonLineText(line)).toBeNull();
  });
});
