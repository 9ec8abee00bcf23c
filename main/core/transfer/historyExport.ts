import type { FileHandle } from 'node:fs/promises';
import { historyFileVersion, type TransferProgress } from '../../../contract/transfer.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Storage } from '../database/index.ts';
import type { CapsuleSource } from './capsuleWriter.ts';
import { historyFormat, type HistoryLine } from './historyFile.ts';
import { portableInputs, portableOf } from './portable.ts';
import { hashOf } from '../blobs/index.ts';

/** Characters of output that one line has, about. */
const outputLength = 512 * 1024;
const runsAtATime = 200;

/** Writes all ended runs, oldest first. @returns how many */
export async function writeHistory(
  { storage, runs, inputs, output, appVersion }: Omit<CapsuleSource, 'artifacts'> & { storage: Storage },
  file: FileHandle,
  progress: (state: TransferProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const total = storage.read((sql) => sql.get<{ n: number }>("SELECT count(*) AS n FROM runs WHERE status NOT IN ('running', 'queued')")?.n ?? 0);
  const written = new Set<string>();
  let bytes = 0;
  let count = 0;

  async function write(line: HistoryLine | object): Promise<void> {
    signal.throwIfAborted();
    const data = Buffer.from(`${JSON.stringify(line)}\n`);
    await file.writeFile(data);
    bytes += data.byteLength;
  }

  async function writeRun(id: RunId): Promise<void> {
    const run = portableOf(runs.get(id));
    if (run === null) return;
    const kept = inputs.get(id);
    const isNew = kept?.files.some(({ hash }) => hash !== null && !written.has(hash)) === true;
    if (isNew) {
      for (const { data } of inputs.contents(id)) {
        const hash = hashOf(data);
        if (written.has(hash)) continue;
        written.add(hash);
        await write({ type: 'blob', hash, data: data.toString('base64') });
      }
    }
    await write({ type: 'run', run, inputs: kept === null ? null : portableInputs(kept).inputs });
    for (let after = 0; ; ) {
      const page = await output.read({ runId: id, after, maxLength: outputLength, waitMs: 0 }, undefined);
      const last = page.records.at(-1);
      if (last === undefined) break;
      for (let at = 0; at < page.records.length; at += 10_000) await write({ type: 'output', runId: id, records: page.records.slice(at, at + 10_000) });
      after = last.seq;
    }
    count++;
  }

  await write({ format: historyFormat, version: historyFileVersion, application: `PyExeKube ${appVersion}`, exportedMs: Date.now(), runs: total });
  for (let key = 0; ; ) {
    const page = storage.read((sql) =>
      sql.all<{ key: number; id: RunId }>("SELECT key, id FROM runs WHERE key > ? AND status NOT IN ('running', 'queued') ORDER BY key LIMIT ?", key, runsAtATime),
    );
    for (const { id } of page) await writeRun(id);
    const last = page.at(-1);
    if (last === undefined) break;
    key = last.key;
    progress({ runs: count, skipped: 0, bytes, total, done: false });
  }
  await write({ type: 'end', runs: count });
  progress({ runs: count, skipped: 0, bytes, total, done: true });
}
