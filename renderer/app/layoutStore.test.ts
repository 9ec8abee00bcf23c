import { describe, expect, it } from 'vitest';
import { parseLayout } from './layoutStore.ts';

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
