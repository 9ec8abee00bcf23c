import type { RunId } from '../../../contract/ids.ts';
import type { OutputRecord } from '../../../contract/output.ts';
import { findBlob, putTree, type TreeFile } from '../blobs/index.ts';
import type { Sql, Storage } from '../database/index.ts';
import { setPackages } from '../inputs/index.ts';
import type { Output } from '../output/index.ts';
import { deleteRun, firstLineOf, importedCore, setNote, setTags } from '../runs/index.ts';
import type { PortableInputs, PortableRun } from './portable.ts';

/** Stands in the place of `importedCore` until all of a run has been read. */
const importingCore = 'importing';

export interface InsertDependencies {
  storage: Storage;
  output: Pick<Output, 'add'>;
  sealOutput(sql: Sql, key: number): void;
}

/** Whether a run is there; what a killed import has left of it is taken away. */
export function isThere(storage: Storage, id: RunId): boolean {
  const row = storage.read((sql) => sql.get<{ key: number; core_id: string }>('SELECT key, core_id FROM runs WHERE id = ?', id));
  if (row === undefined) return false;
  if (row.core_id !== importingCore) return true;
  storage.write((sql) => deleteRun(sql, row.key));
  return false;
}

/** Begins to put a run into the history: its output follows by `addOutput`, and `endImport` makes it one like the others. Contents of files are there already. */
export function beginImport(sql: Sql, run: PortableRun, inputs: PortableInputs | null): void {
  const key =
    sql.get<{ key: number }>(
      `INSERT INTO runs (id, engine, status, mode, title, first_line, started_ms, duration_ms, exit_code, error, pinned, python_version, client_id, core_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?) RETURNING key`,
      run.id, run.engine, run.status, run.mode, run.title, firstLineOf(run.source), run.startedMs, run.durationMs, run.exitCode, run.error, run.pinned ? 1 : 0,
      run.pythonVersion, importingCore,
    )?.key ?? 0;
  sql.run(
    'INSERT INTO run_details (key, source, path, tab_id, line_offset, argv, peak_memory_bytes, frames) VALUES (?, ?, ?, NULL, ?, ?, ?, ?)',
    key, run.source, run.path, run.lineOffset, JSON.stringify(run.argv), run.peakMemoryBytes, JSON.stringify(run.frames),
  );
  if (run.tags.length > 0) setTags(sql, key, run.tags);
  if (run.note !== '') setNote(sql, key, run.note);
  if (inputs === null) return;
  const files = inputs.files.map((file): TreeFile => {
    const blob = file.hash === null ? undefined : findBlob(sql, file.hash);
    if (blob !== undefined) return { path: file.path, bytes: file.bytes, blob, hash: file.hash, reason: null };
    return { path: file.path, bytes: file.bytes, blob: null, hash: null, reason: file.reason ?? 'it did not come along' };
  });
  const tree = files.length === 0 ? null : putTree(sql, files);
  const { packages, ...environment } = inputs.environment;
  sql.run('INSERT INTO run_inputs (key, tree, folder, environment) VALUES (?, ?, ?, ?)', key, tree, inputs.folder, JSON.stringify(environment));
  if (packages !== null) setPackages(sql, key, packages);
}

export function addOutput({ storage, output }: InsertDependencies, id: RunId, records: readonly OutputRecord[]): void {
  storage.write((sql) => output.add(sql, id, records.map(({ timeMs, body }) => ({ timeMs, body }))));
}

export function endImport({ storage, sealOutput }: InsertDependencies, id: RunId): void {
  storage.write((sql) => {
    const key = sql.get<{ key: number }>('SELECT key FROM runs WHERE id = ?', id)?.key;
    if (key === undefined) return;
    sealOutput(sql, key);
    sql.run('UPDATE runs SET core_id = ? WHERE key = ?', importedCore, key);
  }, 'power');
}
