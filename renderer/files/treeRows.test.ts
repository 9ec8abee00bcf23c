import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../contract/files.ts';
import { findByPrefix, nextEntryIndex, treeRows, type FolderState, type TreeRow } from './treeRows.ts';

function entry(path: string, kind: 'file' | 'folder'): FileEntry {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, kind, size: 0, modifiedMs: 0 };
}

function loaded(...entries: FileEntry[]): FolderState {
  return { state: 'loaded', entries, truncated: false };
}

const folders = new Map<string, FolderState>([
  ['/w', loaded(entry('/w/data', 'folder'), entry('/w/sub', 'folder'), entry('/w/a.py', 'file'))],
  ['/w/data', loaded(entry('/w/data/x.csv', 'file'))],
  ['/w/sub', { state: 'loading' }],
]);

function names(rows: readonly TreeRow[]): string[] {
  return rows.map((row) => `${row.level} ${row.kind === 'entry' ? row.entry.name : row.kind === 'note' ? `(${row.text})` : `new ${row.entryKind}`}`);
}

describe('treeRows', () => {
  it('shows what is unfolded', () => {
    expect(names(treeRows({ root: '/w', folders, expanded: new Set(), editing: null }))).toEqual(['1 data', '1 sub', '1 a.py']);
    expect(names(treeRows({ root: '/w', folders, expanded: new Set(['/w/data', '/w/sub']), editing: null }))).toEqual([
      '1 data', '2 x.csv', '1 sub', '2 (Reading…)', '1 a.py',
    ]);
  });

  it('counts within the folder', () => {
    const rows = treeRows({ root: '/w', folders, expanded: new Set(['/w/data']), editing: null });
    expect(rows.map((row) => (row.kind === 'entry' ? [row.position, row.setSize] : null))).toEqual([[1, 3], [1, 1], [2, 3], [3, 3]]);
  });

  it('puts a new name at the top of its folder', () => {
    const editing = { kind: 'new', parent: '/w/data', entryKind: 'file' } as const;
    expect(names(treeRows({ root: '/w', folders, expanded: new Set(['/w/data']), editing }))).toEqual(['1 data', '2 new file', '2 x.csv', '1 sub', '1 a.py']);
  });

  it('says why a folder cannot be read', () => {
    const broken = new Map<string, FolderState>([['/w', { state: 'failed', message: 'It may not be read.' }]]);
    expect(names(treeRows({ root: '/w', folders: broken, expanded: new Set(), editing: null }))).toEqual(['1 (It may not be read.)']);
  });
});

describe('going through the tree', () => {
  const rows = treeRows({ root: '/w', folders, expanded: new Set(['/w/sub']), editing: null });

  it('skips notes', () => {
    expect(nextEntryIndex(rows, 1, 1)).toBe(3);
    expect(nextEntryIndex(rows, 3, -1)).toBe(1);
    expect(nextEntryIndex(rows, 3, 1)).toBeNull();
  });

  it('finds by typing, and around the end', () => {
    expect(findByPrefix(rows, 0, 'a')).toBe(3);
    expect(findByPrefix(rows, 3, 'D')).toBe(0);
    expect(findByPrefix(rows, 1, 'su')).toBe(1);
    expect(findByPrefix(rows, 0, 'zz')).toBeNull();
  });
});
