import type { Sql } from '../database/index.ts';
import { hashOf } from './blobs.ts';

/** One file of a folder as it was; `blob` and `hash` are null, and there is a reason, when its content is not kept. */
export interface TreeFile {
  path: string;
  bytes: number;
  blob: number | null;
  hash: string | null;
  reason: string | null;
}

export function findTree(sql: Sql, key: number): { tree: number | null; folder: string | null; environment: string } | undefined {
  return sql.get('SELECT tree, folder, environment FROM run_inputs WHERE key = ?', key);
}

/** Stores a folder's files, once for all runs of the same state. */
export function putTree(sql: Sql, files: readonly TreeFile[]): number {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const hash = hashOf(JSON.stringify(sorted.map(({ path, bytes, hash: content, reason }) => [path, bytes, content, reason])));
  const known = sql.get<{ tree: number }>('SELECT tree FROM trees WHERE hash = ?', hash);
  if (known !== undefined) return known.tree;
  const tree = sql.get<{ tree: number }>('INSERT INTO trees (hash) VALUES (?) RETURNING tree', hash)?.tree ?? 0;
  for (const { path, bytes, blob, reason } of sorted) sql.run('INSERT INTO tree_files (tree, path, bytes, blob, reason) VALUES (?, ?, ?, ?, ?)', tree, path, bytes, blob, reason);
  return tree;
}

export function readTree(sql: Sql, tree: number): TreeFile[] {
  return sql.all<TreeFile>(
    'SELECT path, tree_files.bytes, tree_files.blob, hash, reason FROM tree_files LEFT JOIN blobs USING (blob) WHERE tree = ? ORDER BY path',
    tree,
  );
}
