import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requiredText } from './required.ts';

describe('requiredText', () => {
  it('finds what stands plainly in a regular expression', () => {
    const known: [string, string][] = [
      ['ERR.*(timeout|retry) 1\\.99', ' 1.99'], ['(checkpoint|shard) 0\\.0\\d+', ' 0.0'], ['^Traceback', 'Traceback'], ['abc+d', 'abc'], ['abc?de', 'ab'],
      ['ab{2}cde', 'cde'], ['ab{2,}?cd', 'cd'], ['x\\/y\\-z', 'x/y-z'], ['[a\\](]bc', 'bc'], ['((a)b[)])cd', 'cd'], ['(?=a)bc', 'bc'], ['foo\\d*bars', 'bars'],
      ['a.b', 'a'], ['ab*', 'a'],
    ];
    for (const [source, text] of known) expect(requiredText(source), source).toBe(text);
  });

  it('finds nothing in what it does not understand', () => {
    for (const source of ['a|b', 'abc|def', '\\x41bcd', '\\u0041bcd', '(a)\\1bcd', '\\cAbcd', 'a{b}cd', 'a]bc', '(abc|def)', '\\k<a>b', '']) expect(requiredText(source), source).toBe('');
  });

  it('is in everything that the expression matches', () => {
    expect.hasAssertions();
    const part = constantFrom('a', 'b', 'c', 'ab', '.', '\\d', '\\.', '(a|b)', '(?:ab)', '[ab]', '[^a]', '^', '$', '\\b', '|', '?', '*', '+', '{2}', '{0,1}', '?', '(?!a)', '(?=b)', '1', '\\x61', '{', '[]]', '[)a]', '\\\\');
    const text = array(constantFrom('a', 'b', 'c', '1', '.', '\\', ' '), { maxLength: 14 }).map((units) => units.join(''));
    assert(
      property(array(part, { maxLength: 8 }), array(text, { minLength: 5, maxLength: 20 }), (parts, texts) => {
        const source = parts.join('');
        let pattern: RegExp;
        try {
          pattern = new RegExp(source);
        } catch {
          return;
        }
        const needed = requiredText(source);
        const found = texts.flatMap((one) => pattern.exec(one)?.[0] ?? []);
        expect(found.filter((one) => !one.includes(needed)), source).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });
});
