import { describe, expect, it } from 'vitest';
import { insertedAt, withAt, withoutAt } from './lists.ts';

describe('lists', () => {
  it('are copied with one change', () => {
    const list = Object.freeze(['a', 'b', 'c']);
    expect(withAt(list, 1, 'x')).toEqual(['a', 'x', 'c']);
    expect(withoutAt(list, 0)).toEqual(['b', 'c']);
    expect(insertedAt(list, 0, 'x')).toEqual(['x', 'a', 'b', 'c']);
    expect(insertedAt(list, 3, 'x')).toEqual(['a', 'b', 'c', 'x']);
  });
});
