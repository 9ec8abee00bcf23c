import type { FileHandle } from 'node:fs/promises';
import { toAppError } from '../../../contract/errors.ts';
import { SavedSearch } from '../../../contract/history.ts';
import { RunId } from '../../../contract/ids.ts';
import { historyFileVersion, type TransferProgress } from '../../../contract/transfer.ts';
import { hashOf, readBlob } from '../blobs/index.ts';
import type { Sql, Storage } from '../database/index.ts';
import { outputPages } from '../output/index.ts';
import type { CapsuleSource } from './capsuleWriter.ts';
import { historyFormat, type HistoryLine } from './historyFile.ts';
import { portableCompleteness, portableInputs, portableOf } from './portable.ts';

/** Characters of output that one line has, about. */
const outputLength = 512 * 1024;
const rowsAtATime = 200;
/** What is gathered before it is written. */
const bufferBytes = 1024 * 1024;

export interface HistorySource extends Omit<CapsuleSource, 'artifacts'> {
  storage: Storage;
}

/** Writes lines, gathered, and remembers which contents were written. */
class LineWriter {
  readonly written = new Set<string>();
  bytes = 0;
  readonly #file: FileHandle;
  readonly #signal: AbortSignal;
  #parts: Buffer[] = [];
  #waiting = 0;

  constructor(file: FileHandle, signal: AbortSignal) {
    this.#file = file;
    this.#signal = signal;
  }

  async write(line: HistoryLine | object): Promise<void> {
    this.#signal.throwIfAborted();
    const data = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#parts.push(data);
    this.#waiting += data.byteLength;
    this.bytes += data.byteLength;
    if (this.#waiting >= bufferBytes) await this.flush();
  }

  async content(data: Buffer): Promise<void> {
    const hash = hashOf(data);
    if (this.written.has(hash)) return;
    this.written.add(hash);
    await this.write({ type: 'blob', hash, data: data.toString('base64') });
  }

  async flush(): Promise<void> {
    const parts = this.#parts;
    this.#parts = [];
    this.#waiting = 0;
    if (parts.length > 0) await this.#file.writeFile(Buffer.concat(parts));
  }
}

/** Writes all ended runs, oldest first, then the versions of files and the saved searches. */
export async function writeHistory(source: HistorySource, file: FileHandle, progress: (state: TransferProgress) => void, signal: AbortSignal): Promise<void> {
  const { storage, appVersion } = source;
  const total = storage.read((sql) => sql.get<{ n: number }>("SELECT count(*) AS n FROM runs WHERE status NOT IN ('running', 'queued')")?.n ?? 0);
  const lines = new LineWriter(file, signal);
  let count = 0;
  await lines.write({ format: historyFormat, version: historyFileVersion, application: `PyExeKube ${appVersion}`, exportedMs: Date.now(), runs: total });
  for await (const { id } of rowsOf<{ key: number; id: RunId }>(storage, (sql, after) =>
    sql.all("SELECT key, id FROM runs WHERE key > ? AND status NOT IN ('running', 'queued') ORDER BY key LIMIT ?", after, rowsAtATime),
  )) {
    if (await writeRun(source, lines, id)) count++;
    if (count % rowsAtATime === 0) progress({ runs: count, skipped: 0, bytes: lines.bytes, total, done: false });
  }
  await writeVersions(storage, lines);
  for (const row of storage.read((sql) => sql.all<{ id: string; name: string; filter: string }>('SELECT id, name, filter FROM saved_searches ORDER BY name'))) {
    const search = SavedSearch.safeParse({ id: row.id, name: row.name, ...Object(JSON.parse(row.filter)) });
    if (search.success) await lines.write({ type: 'search', search: search.data });
  }
  await lines.write({ type: 'end', runs: count });
  await lines.flush();
  progress({ runs: count, skipped: total - count, bytes: lines.bytes, total, done: true });
}

/** Rows by their keys, some at a time: what is added or deleted meanwhile does not disturb. */
async function* rowsOf<Row extends { key: number }>(storage: Storage, page: (sql: Sql, after: number) => Row[]): AsyncGenerator<Row, void> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = storage.read((sql) => page(sql, after));
    const last = rows.at(-1);
    if (last === undefined) return;
    yield* rows;
    after = last.key;
  }
}

/** @returns false if it has been deleted, or runs again, since it was listed */
async function writeRun({ runs, inputs, output }: HistorySource, lines: LineWriter, id: RunId): Promise<boolean> {
  try {
    const whole = runs.get(id);
    const run = portableOf(whole);
    if (run === null) return false;
    const kept = inputs.get(id);
    const damaged = new Set<string>();
    if (kept?.files.some(({ hash }) => hash !== null && !lines.written.has(hash)) === true) {
      for (const { data } of inputs.contents(id, (path) => damaged.add(path))) await lines.content(data);
    }
    const portable = kept === null ? null : portableInputs(kept).inputs;
    const files = portable?.files.map((one) => (damaged.has(one.path) ? { ...one, hash: null, reason: 'its kept content is damaged' } : one)) ?? [];
    await lines.write({ type: 'run', run, inputs: portable === null ? null : { ...portable, files }, completeness: portableCompleteness(whole, output.completeness(id)) });
  } catch (error) {
    if (toAppError(error).code === 'NOT_FOUND') return false;
    throw error;
  }
  try {
    for await (const records of outputPages(output, id, outputLength)) {
      for (let at = 0; at < records.length; at += 10_000) await lines.write({ type: 'output', runId: id, records: records.slice(at, at + 10_000) });
    }
  } catch (error) {
    // Deleted in the middle of it: what was written of it stands.
    if (toAppError(error).code !== 'NOT_FOUND') throw error;
  }
  return true;
}

async function writeVersions(storage: Storage, lines: LineWriter): Promise<void> {
  const rows = rowsOf<{ key: number; path: string; savedMs: number; blob: number; hash: string; runId: string | null }>(storage, (sql, after) =>
    sql.all(
      'SELECT version AS key, path, saved_ms AS savedMs, blob, hash, run_id AS runId FROM file_versions JOIN blobs USING (blob) WHERE version > ? ORDER BY version LIMIT ?',
      after, rowsAtATime,
    ),
  );
  for await (const { path, savedMs, blob, hash, runId } of rows) {
    try {
      if (!lines.written.has(hash)) await lines.content(storage.read((sql) => readBlob(sql, blob, path)));
    } catch (error) {
      if (!['NOT_FOUND', 'STORAGE_CORRUPT'].includes(toAppError(error).code)) throw error;
      continue;
    }
    const id = RunId.safeParse(runId);
    await lines.write({ type: 'version', path, savedMs, hash, runId: id.success ? id.data : null });
  }
}
