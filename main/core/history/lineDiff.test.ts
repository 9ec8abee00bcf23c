import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, type Difference } from './lineDiff.ts';
import { LineIds } from './lineIds.ts';

function differences(left: readonly string[], right: readonly string[]): Difference[] {
  const ids = new LineIds();
  const [a, b] = [left, right].map((lines) => Int32Array.from(lines, (line) => ids.id(line)));
  return diffLines(a ?? new Int32Array(), b ?? new Int32Array(), ids.count);
}

/** What the differences make of the left text. */
function applied(left: readonly string[], right: readonly string[]): string[] {
  const made: string[] = [];
  let at = 0;
  for (const part of differences(left, right)) {
    made.push(...left.slice(at, part.leftStart), ...right.slice(part.rightStart, part.rightEnd));
    at = part.leftEnd;
  }
  return [...made, ...left.slice(at)];
}

const lines = (text: string): string[] => (text === '' ? [] : text.split(''));

describe('differences of lines', () => {
  it.each([
    ['abc', 'abc', []],
    ['', 'ab', [[0, 0, 0, 2]]],
    ['ab', '', [[0, 2, 0, 0]]],
    ['abcd', 'abxd', [[2, 3, 2, 3]]],
    ['aXbYc', 'abc', [[1, 2, 1, 1], [3, 4, 2, 2]]],
    ['aaaa', 'aaa', [[3, 4, 3, 3]]],
    ['abab', 'baba', [[0, 1, 0, 0], [4, 4, 3, 4]]],
  ])('%s and %s', (left, right, expected) => {
    expect(differences(lines(left), lines(right)).map((part) => [part.leftStart, part.leftEnd, part.rightStart, part.rightEnd])).toEqual(expected);
  });

  it('turn one text into the other, whatever they are', () => {
    const text = array(constantFrom('a', 'b', 'c', '', 'a longer line'), { maxLength: 60 });
    assert(property(text, text, (left, right) => {
      expect(applied(left, right)).toEqual(right);
    }), { numRuns: 500 });
  });

  it('count as replaced where nothing is alike or too much changed', () => {
    const left = Array.from({ length: 3000 }, (_, i) => `${i % 2}`);
    const right = Array.from({ length: 3000 }, (_, i) => `${i % 3}`);
    expect(applied(left, right)).toEqual(right);
    expect(differences(['a', 'b'], ['c', 'd', 'e'])).toEqual([{ leftStart: 0, leftEnd: 2, rightStart: 0, rightEnd: 3 }]);
  });
});
