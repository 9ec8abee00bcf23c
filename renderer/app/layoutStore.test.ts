import { describe, expect, it } from 'vitest';
import { parseLayout, sizesFor } from './layoutStore.ts';

describe('parseLayout', () => {
  it('gives the usual layout where there is none, or a damaged one', () => {
    const usual = { side: null, right: true, console: true, sizes: {} };
    for (const text of ['', '{', 'null', '{"side":"Nowhere"}', '{"sizes":{"side":400}}']) expect(parseLayout(text), text).toEqual(usual);
  });

  it('takes what was kept', () => {
    const kept = { side: 'Files', right: false, console: true, sizes: { side: 20.5 } };
    expect(parseLayout(JSON.stringify(kept))).toEqual(kept);
  });
});

describe('sizesFor', () => {
  it('gives sizes that fill the group, and nothing else', () => {
    const sizes = { side: 30, centre: 70, editor: 60, right: 28 };
    expect(sizesFor(sizes, ['side', 'centre'])).toEqual({ side: 30, centre: 70 });
    expect(sizesFor(sizes, ['centre'])).toBeNull();
    expect(sizesFor(sizes, ['editor', 'right'])).toBeNull();
    expect(sizesFor(sizes, ['upper', 'console'])).toBeNull();
  });
});
