import { describe, expect, it } from 'vitest';
import { Sources } from './sources.ts';

describe('Sources', () => {
  it('knows the attempts before the newest, and keeps its list while nothing is new', () => {
    const sources = new Sources();
    sources.see(undefined);
    expect(sources.list).toEqual([]);
    sources.see({ container: 'main', attempt: 3 });
    const { list } = sources;
    expect(list).toEqual([1, 2, 3].map((attempt) => ({ container: 'main', attempt })));
    sources.see({ container: 'main', attempt: 1 });
    expect(sources.list).toBe(list);
    sources.see({ container: 'side', attempt: 1 });
    expect(sources.list).toHaveLength(4);
  });

  it('tells the newest hundred of an attempt that is said to be the millionth', () => {
    const sources = new Sources();
    sources.see({ container: 'main', attempt: 1_000_000 });
    expect([sources.list.length, sources.list[0]?.attempt, sources.list.at(-1)?.attempt]).toEqual([100, 999_901, 1_000_000]);
  });
});
