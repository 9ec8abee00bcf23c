import { AppError, toAppError } from '../../../contract/errors.ts';
import type { TextFile } from '../../../contract/files.ts';
import type { KeptVersion } from '../../../contract/localHistory.ts';
import { readBlob } from '../blobs/index.ts';
import type { Storage } from '../database/index.ts';
import type { Files } from '../files/index.ts';
import type { TextIndex } from '../runs/index.ts';
import { keepVersion } from './versions.ts';

const mostFiles = 500;
const mostVersions = 1000;

export interface LocalHistory {
  files(search: string): { path: string; versions: number; lastMs: number }[];
  versions(path: string): KeptVersion[];
  read(version: number): { path: string; text: string };
  restore(version: number): Promise<{ path: string; version: string }>;
}

export function createLocalHistory(storage: Storage, files: Pick<Files, 'read' | 'write'>, textIndex: TextIndex): LocalHistory {
  function read(version: number): { path: string; text: string } {
    return storage.read((sql) => {
      const row = sql.get<{ path: string; blob: number }>('SELECT path, blob FROM file_versions WHERE version = ?', version);
      if (row === undefined) throw new AppError('NOT_FOUND', 'This version is not kept any more.');
      return { path: row.path, text: readBlob(sql, row.blob, row.path).toString('utf8') };
    });
  }

  async function current(path: string): Promise<TextFile | null> {
    try {
      return await files.read(path);
    } catch (error) {
      if (toAppError(error).code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  return {
    files(search) {
      // Versions are kept when a run is indexed.
      textIndex.flush();
      const pattern = `%${search.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
      return storage.read((sql) =>
        sql.all<{ path: string; versions: number; lastMs: number }>(
          "SELECT path, count(*) AS versions, max(saved_ms) AS lastMs FROM file_versions WHERE path LIKE ? ESCAPE '\\' GROUP BY path ORDER BY lastMs DESC LIMIT ?",
          pattern, mostFiles,
        ),
      );
    },
    versions(path) {
      textIndex.flush();
      return storage.read((sql) =>
        sql.all<KeptVersion>(
          `SELECT version, saved_ms AS savedMs, bytes, (SELECT id FROM runs WHERE id = run_id) AS runId FROM file_versions JOIN blobs USING (blob)
           WHERE path = ? ORDER BY saved_ms DESC, version DESC LIMIT ?`,
          path, mostVersions,
        ),
      );
    },
    read,
    async restore(version) {
      const { path, text } = read(version);
      const before = await current(path);
      if (before !== null) storage.write((sql) => keepVersion(sql, { path, text: before.text, savedMs: Date.now(), runId: null }), 'power');
      const written = await files.write({ path, text, lineEnding: before?.lineEnding ?? 'lf', expected: before?.version ?? null });
      return { path: written.path, version: written.version };
    },
  };
}
