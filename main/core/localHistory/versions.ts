import { encodeBlobNow, putBlob } from '../blobs/index.ts';
import type { Sql } from '../database/index.ts';

const versionsAtATime = 100;

/** Keeps a text as a version of a file, unless it is what the file had before. @param runId null for a text that is about to be replaced */
export function keepVersion(sql: Sql, file: { path: string; text: string; savedMs: number; runId: string | null }): void {
  const encoded = encodeBlobNow(Buffer.from(file.text));
  const before = sql.get<{ hash: string }>(
    'SELECT hash FROM file_versions JOIN blobs USING (blob) WHERE path = ? AND saved_ms <= ? ORDER BY saved_ms DESC, version DESC LIMIT 1',
    file.path, file.savedMs,
  );
  if (before?.hash === encoded.hash) return;
  sql.run('INSERT INTO file_versions (path, saved_ms, blob, run_id) VALUES (?, ?, ?, ?)', file.path, file.savedMs, putBlob(sql, encoded), file.runId);
}

/** Adds a version from elsewhere, whose content is there already; one that is known is not added twice. */
export function addVersion(sql: Sql, { path, savedMs, hash, runId }: { path: string; savedMs: number; hash: string; runId: string | null }): void {
  sql.run(
    `INSERT INTO file_versions (path, saved_ms, blob, run_id) SELECT ?, ?, blob, ? FROM blobs
     WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM file_versions WHERE path = ? AND saved_ms = ? AND file_versions.blob = blobs.blob)`,
    path, savedMs, runId, hash, path, savedMs,
  );
}

function fullFile(sql: Sql, most: number): { path: string } | undefined {
  return most === 0 ? undefined : sql.get('SELECT path FROM file_versions GROUP BY path HAVING count(*) > ? LIMIT 1', most);
}

/** Whether a file has more versions than that; 0 for no limit. */
export function hasTooMany(sql: Sql, most: number): boolean {
  return fullFile(sql, most) !== undefined;
}

/** Deletes some versions beyond the newest `most` of a file. @param most 0 for all @returns whether there were any */
export function clearVersions(sql: Sql, most: number): boolean {
  const full = fullFile(sql, most);
  if (full === undefined) return false;
  sql.run(
    `DELETE FROM file_versions WHERE version IN (
       SELECT version FROM (SELECT version FROM file_versions WHERE path = ? ORDER BY saved_ms DESC, version DESC LIMIT -1 OFFSET ?) LIMIT ?)`,
    full.path, most, versionsAtATime,
  );
  return true;
}
