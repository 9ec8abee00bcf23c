import type { Sql } from '../database/index.ts';

const filesAtATime = 500;
const blobsAtATime = 50;

/**
 * Deletes some of what nothing refers to any more: folders' states first, then contents. Whoever refers to one again does so in one
 * transaction with looking it up, so that it is never taken from under them.
 * @returns whether there was anything
 */
export function clearLoose(sql: Sql): boolean {
  const loose = sql.get<{ tree: number }>('SELECT tree FROM loose_trees LIMIT 1');
  if (loose !== undefined) {
    const isUsed = sql.get('SELECT 1 FROM run_inputs WHERE tree = ? LIMIT 1', loose.tree) !== undefined;
    const left = isUsed ? 0 : clearTree(sql, loose.tree);
    if (left === 0) sql.run('DELETE FROM loose_trees WHERE tree = ?', loose.tree);
    return true;
  }
  const blobs = sql.all<{ blob: number }>('SELECT blob FROM loose_blobs LIMIT ?', blobsAtATime);
  for (const { blob } of blobs) {
    sql.run(
      `DELETE FROM blobs WHERE blob = ? AND NOT EXISTS (SELECT 1 FROM tree_files WHERE tree_files.blob = blobs.blob)
       AND NOT EXISTS (SELECT 1 FROM file_versions WHERE file_versions.blob = blobs.blob)`,
      blob,
    );
    sql.run('DELETE FROM loose_blobs WHERE blob = ?', blob);
  }
  return blobs.length > 0;
}

/** @returns how many of its files are left; a tree that is being cleared is found by nobody, because its name goes first */
function clearTree(sql: Sql, tree: number): number {
  sql.run('DELETE FROM trees WHERE tree = ?', tree);
  const deleted = sql.run('DELETE FROM tree_files WHERE tree = ? AND path IN (SELECT path FROM tree_files WHERE tree = ? LIMIT ?)', tree, tree, filesAtATime);
  return deleted < filesAtATime ? 0 : 1;
}
