import { describe, expect, it } from 'vitest';
import { insertedAt, lastAtMost, withAt, withoutAt } from './lists.ts';

describe('lists', () => {
  it('are copied with one change', () => {
    const list = Object.freeze(['a', 'b', 'c']);
    expect(withAt(list, 1, 'x')).toEqual(['a', 'x', 'c']);
    expect(withoutAt(list, 0)).toEqual(['b', 'c']);
    expect(insertedAt(list, 0, 'x')).toEqual(['x', 'a', 'b', 'c']);
    expect(insertedAt(list, 3, 'x')).toEqual(['a', 'b', 'c', 'x']);
  });

  it('that rise tell the last item that is at most a value', () => {
    const starts = [0, 3, 3, 8];
    const found = (value: number, last?: number): number => lastAtMost(starts, value, (start) => start, last);
    expect([-1, 0, 2, 3, 7, 8, 99].map((value) => found(value))).toEqual([0, 0, 0, 2, 2, 3, 3]);
    expect(found(99, 1)).toBe(1);
    expect(lastAtMost([], 5, (start: number) => start)).toBe(0);
  });
});
