import { describe, expect, it } from 'vitest';
import { cellAt, isCellStart } from './cells.ts';

const lines = ['import os', '', '# %% load', 'a = 1', 'b = 2', '#%%', 'print(a)'];

describe('cells', () => {
  it('knows the markers', () => {
    for (const line of ['# %%', '#%%', '# %% title', '# %% [markdown]', '  # %%']) expect(isCellStart(line), line).toBe(true);
    for (const line of ['# 100 %% of it', 'x = "# %%"', '## %%', '%%', '# %']) expect(isCellStart(line), line).toBe(false);
  });

  it('gives the cell around a line, markers with what follows them', () => {
    expect(cellAt(lines, 1)).toEqual({ startLine: 1, endLine: 2 });
    expect(cellAt(lines, 2)).toEqual({ startLine: 1, endLine: 2 });
    expect(cellAt(lines, 3)).toEqual({ startLine: 3, endLine: 5 });
    expect(cellAt(lines, 5)).toEqual({ startLine: 3, endLine: 5 });
    expect(cellAt(lines, 6)).toEqual({ startLine: 6, endLine: 7 });
    expect(cellAt(lines, 7)).toEqual({ startLine: 6, endLine: 7 });
  });

  it('keeps to the text when the line is outside of it', () => {
    expect(cellAt(lines, 0)).toEqual({ startLine: 1, endLine: 2 });
    expect(cellAt(lines, 99)?.startLine).toBe(6);
  });

  it('gives none where there are no markers', () => {
    expect(cellAt(['a', 'b'], 1)).toBeNull();
  });
});
