import type { FileEntry } from '../../contract/files.ts';

/** What is known of one folder. */
export type FolderState =
  | { state: 'loading' }
  | { state: 'loaded'; entries: readonly FileEntry[]; truncated: boolean }
  | { state: 'failed'; message: string };

/** A name that is being typed: for something new in `parent`, or in place of the name of `path`. */
export type Editing = { kind: 'new'; parent: string; entryKind: 'file' | 'folder' } | { kind: 'rename'; path: string };

/** One line of the tree. `level` starts at 1. */
export type TreeRow =
  | { kind: 'entry'; entry: FileEntry; level: number; position: number; setSize: number; expanded: boolean | null; parent: string }
  | { kind: 'new'; parent: string; entryKind: 'file' | 'folder'; level: number }
  | { kind: 'note'; key: string; text: string; level: number };

export interface TreeInput {
  root: string;
  folders: ReadonlyMap<string, FolderState>;
  expanded: ReadonlySet<string>;
  editing: Editing | null;
}

/** The lines of the tree from top to bottom, as far as it is unfolded and loaded. */
export function treeRows({ root, folders, expanded, editing }: TreeInput): TreeRow[] {
  const rows: TreeRow[] = [];
  addFolder(root, 1);
  return rows;

  function addFolder(path: string, level: number): void {
    if (editing?.kind === 'new' && editing.parent === path) rows.push({ kind: 'new', parent: path, entryKind: editing.entryKind, level });
    const folder = folders.get(path);
    if (folder === undefined || folder.state === 'loading') {
      if (path !== root) rows.push({ kind: 'note', key: `${path}\0loading`, text: 'Reading…', level });
      return;
    }
    if (folder.state === 'failed') {
      rows.push({ kind: 'note', key: `${path}\0failed`, text: folder.message, level });
      return;
    }
    folder.entries.forEach((entry, index) => {
      const isOpen = entry.kind === 'folder' ? expanded.has(entry.path) : null;
      rows.push({ kind: 'entry', entry, level, position: index + 1, setSize: folder.entries.length, expanded: isOpen, parent: path });
      if (isOpen === true) addFolder(entry.path, level + 1);
    });
    if (folder.entries.length === 0 && path !== root && editing === null) rows.push({ kind: 'note', key: `${path}\0empty`, text: 'Empty', level });
    if (folder.truncated) rows.push({ kind: 'note', key: `${path}\0more`, text: 'Only the first 5,000 are shown.', level });
  }
}

/** Where a key leads from row `index`: the next row that can be focused, or null. Skips notes. */
export function nextEntryIndex(rows: readonly TreeRow[], index: number, by: 1 | -1): number | null {
  for (let i = index + by; i >= 0 && i < rows.length; i += by) if (rows[i]?.kind === 'entry') return i;
  return null;
}

/** The next row whose name starts with `prefix`, from behind `index` on and around; null if none. */
export function findByPrefix(rows: readonly TreeRow[], index: number, prefix: string): number | null {
  const wanted = prefix.toLowerCase();
  // A longer prefix may still mean the row that is focused already.
  const from = prefix.length > 1 ? index : index + 1;
  for (let i = 0; i < rows.length; i++) {
    const at = (from + i) % rows.length;
    const row = rows[at];
    if (row?.kind === 'entry' && row.entry.name.toLowerCase().startsWith(wanted)) return at;
  }
  return null;
}
