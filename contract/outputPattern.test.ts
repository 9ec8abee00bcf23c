import { describe, expect, it } from 'vitest';
import { afterNothing, outputPattern, searchedText, withoutStyles } from './outputPattern.ts';

const find = (query: string, text: string, options: { regex?: boolean; matchCase?: boolean } = {}): string[] =>
  [...text.matchAll(outputPattern({ query, regex: false, matchCase: false, ...options }))].map(([found]) => found);

describe('what is looked for in an output', () => {
  it('takes text as it is, whatever it would mean in a regular expression', () => {
    for (const text of ['a.b', '[x]', '(', '\\d', '$1', '^', '{2}', '|', 'a-b', '/', '**']) expect(find(text, `<${text}>`)).toEqual([text]);
  });

  it('knows classes of characters and code points in a regular expression, and what is not allowed beside them', () => {
    expect(find('\\p{L}+', '1 Straße', { regex: true })).toEqual(['Straße']);
    expect(find('\\u{1F467}', '👨‍👧', { regex: true })).toEqual(['👧']);
    expect(find('a\\-b', 'a-b', { regex: true })).toEqual(['a-b']);
    expect(() => find('(', '', { regex: true })).toThrow(SyntaxError);
  });

  it('goes on after a match of nothing by one character', () => {
    expect(afterNothing(outputPattern({ query: 'x*', regex: true, matchCase: true }), '👧', 0)).toBe(1);
    expect(afterNothing(outputPattern({ query: '\\p{L}*', regex: true, matchCase: true }), '👧', 0)).toBe(2);
    expect(afterNothing(outputPattern({ query: '\\p{L}*', regex: true, matchCase: true }), 'a', 0)).toBe(1);
  });
});

describe('the text of a line that is looked at', () => {
  it('has no colours, and all else that is shown', () => {
    expect(withoutStyles('\u001b[36mkey\u001b[0m=\u001b[38;5;208mva\u001b[1mlue\u001b[0m\u001b[K')).toBe('key=value');
    expect(withoutStyles('a\u001b[2Jb\u001b]8;;x\u0007\u001b[3')).toBe('a\u001b[2Jb\u001b]8;;x\u0007\u001b[3');
  });

  it('ends before the return of a line of Windows', () => {
    expect(searchedText('one\r')).toBe('one');
    expect(searchedText('one\rtwo')).toBe('one\rtwo');
    expect(searchedText('\u001b[31mone\u001b[0m\r')).toBe('one');
  });
});
