import type { RunId } from '../../../contract/ids.ts';
import type { OutputGap, OutputRecord } from '../../../contract/output.ts';
import { findBlob, putTree, type TreeFile } from '../blobs/index.ts';
import type { Sql, Storage } from '../database/index.ts';
import { setPackages } from '../inputs/index.ts';
import type { Output } from '../output/index.ts';
import { deleteRuns, firstLineOf, importedCore, importingCore, setNote, setTags } from '../runs/index.ts';
import type { Completeness, PortableInputs, PortableRun } from './portable.ts';

export interface InsertDependencies {
  storage: Storage;
  coreId: string;
  output: Pick<Output, 'add' | 'addGap' | 'endLog'>;
  sealOutput(sql: Sql, key: number): void;
}

/** Whether a run is there, or another import is about to bring it. */
export function isThere(sql: Sql, id: RunId): boolean {
  return sql.get('SELECT 1 FROM runs WHERE id = ?', id) !== undefined;
}

/** Takes away what imports of processes that are gone have left of runs. */
export function dropAbandoned({ storage, coreId }: Pick<InsertDependencies, 'storage' | 'coreId'>): void {
  const keys = (sql: Sql): { key: number }[] =>
    sql.all("SELECT key FROM runs INDEXED BY runs_importing WHERE core_id GLOB 'importing-*' AND substr(core_id, 11) <> ? AND substr(core_id, 11) NOT IN (SELECT id FROM cores)", coreId);
  if (storage.read(keys).length === 0) return;
  storage.write((sql) => {
    deleteRuns(sql, keys(sql).map(({ key }) => key));
  });
}

/** A run on its way into the history: it stays only if it comes to its end. */
export interface Arriving {
  id: RunId;
  /** What its output lacks, in order, as far as it is not recorded yet. */
  gaps: OutputGap[];
  completeness: Completeness;
}

/** Begins to put a run into the history; contents of its files are there already. All of an import's steps are within the caller's transactions. */
export function beginImport(sql: Sql, { coreId }: InsertDependencies, run: PortableRun, inputs: PortableInputs | null, completeness: Completeness): Arriving {
  const key =
    sql.get<{ key: number }>(
      `INSERT INTO runs (id, engine, status, mode, title, first_line, started_ms, duration_ms, exit_code, error, pinned, python_version, client_id, core_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?) RETURNING key`,
      run.id, run.engine, run.status, run.mode, run.title, firstLineOf(run.source), run.startedMs, run.durationMs, run.exitCode, run.error, run.pinned ? 1 : 0,
      run.pythonVersion, importingCore + coreId,
    )?.key ?? 0;
  sql.run(
    'INSERT INTO run_details (key, source, path, tab_id, line_offset, argv, peak_memory_bytes, frames) VALUES (?, ?, ?, NULL, ?, ?, ?, ?)',
    key, run.source, run.path, run.lineOffset, JSON.stringify(run.argv), run.peakMemoryBytes, JSON.stringify(run.frames),
  );
  if (run.tags.length > 0) setTags(sql, key, run.tags);
  if (run.note !== '') setNote(sql, key, run.note);
  if (inputs !== null) insertInputs(sql, key, inputs);
  return { id: run.id, completeness, gaps: completeness?.gaps.toSorted((a, b) => a.afterSeq - b.afterSeq) ?? [] };
}

function insertInputs(sql: Sql, key: number, inputs: PortableInputs): void {
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

/** Adds records, and what is missing between them. */
export function addOutput(sql: Sql, { output }: InsertDependencies, { id, gaps }: Arriving, records: readonly OutputRecord[]): void {
  let from = 0;
  for (let gap = gaps[0]; gap !== undefined; gap = gaps[0]) {
    const { afterSeq } = gap;
    const next = records.findIndex(({ seq }, i) => i >= from && seq > afterSeq);
    if (next === -1) break;
    add(records.slice(from, next));
    from = next;
    output.addGap(sql, id, gap);
    gaps.shift();
  }
  add(records.slice(from));

  function add(some: readonly OutputRecord[]): void {
    if (some.length > 0) output.add(sql, id, some.map(({ timeMs, body, source }) => ({ timeMs, body, ...(source === undefined ? {} : { source }) })));
  }
}

/** Makes the run one like the others. */
export function endImport(sql: Sql, { output, sealOutput }: InsertDependencies, { id, gaps, completeness }: Arriving): void {
  const key = sql.get<{ key: number }>('SELECT key FROM runs WHERE id = ?', id)?.key;
  if (key === undefined) return;
  for (const gap of gaps) output.addGap(sql, id, gap);
  if (completeness !== null) output.endLog(sql, id, completeness.isEndSeen);
  sealOutput(sql, key);
  sql.run('UPDATE runs SET core_id = ? WHERE key = ?', importedCore, key);
}

/** Takes back what was begun. */
export function dropImport(sql: Sql, { id }: Pick<Arriving, 'id'>): void {
  const key = sql.get<{ key: number }>("SELECT key FROM runs WHERE id = ? AND core_id GLOB 'importing-*'", id)?.key;
  if (key !== undefined) deleteRuns(sql, [key]);
}
