import type { FileHandle } from 'node:fs/promises';
import type { RunId } from '../../../contract/ids.ts';
import { maxKeptBytes } from '../../../contract/inputs.ts';
import type { TransferProgress } from '../../../contract/transfer.ts';
import { encodeBlob, hashOf, putBlob, type EncodedBlob } from '../blobs/index.ts';
import type { Sql } from '../database/index.ts';
import { addVersion } from '../localHistory/index.ts';
import { mostLineBytes, parseHead, parseLine, wrongLine, type HistoryLine } from './historyFile.ts';
import { addOutput, beginImport, dropImport, endImport, isThere, type Arriving, type InsertDependencies } from './insert.ts';
import { LongLineError, linesOf } from './lines.ts';

/** Runs, and bytes of lines, that one transaction takes over. */
const batchRuns = 100;
const batchBytes = 8 * 1024 * 1024;
const readBytes = 1024 * 1024;

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array, void> {
  const buffer = Buffer.allocUnsafe(readBytes);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Takes over the runs of a file. Those that are there already stay as they are. */
export async function readHistory(deps: InsertDependencies, file: FileHandle, progress: (state: TransferProgress) => void, signal: AbortSignal): Promise<void> {
  const { size: total } = await file.stat();
  const taking = new Taking(deps);
  let number = 0;
  let bytes = 0;
  const tell = (done: boolean): void => progress({ ...taking.counts, bytes, total, done });
  try {
    for await (const line of linesOf(piecesOf(file), mostLineBytes)) {
      signal.throwIfAborted();
      number++;
      bytes += line.byteLength + 1;
      if (taking.isWhole) throw wrongLine(number, 'something follows the end');
      const text = textOf(line, number);
      // Editors put a byte order mark before what they save again.
      if (number === 1) parseHead(text.replace(/^\ufeff/, ''));
      else await taking.take(parseLine(text, number), number, line.byteLength);
      if (taking.isFull) {
        taking.store();
        tell(false);
      }
    }
    if (number === 0) throw wrongLine(1, 'the file is empty');
    if (!taking.isWhole) throw wrongLine(number + 1, 'the file ends too early');
    taking.store('power');
  } catch (error) {
    taking.giveUp();
    throw error instanceof LongLineError ? wrongLine(number + 1, 'it is too long') : error;
  }
  bytes = total;
  tell(true);
}

function textOf(line: Buffer, number: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    throw wrongLine(number, 'it is not UTF-8');
  }
}

/** The run that is being read: its output follows. */
interface Current {
  id: RunId;
  seq: number;
  /** Null until it is stored, and when it is skipped. */
  arriving: Arriving | null;
  isNew: boolean;
}

/** What has been read and is not stored yet. */
class Taking {
  isWhole = false;
  readonly #deps: InsertDependencies;
  #steps: ((sql: Sql) => void)[] = [];
  #bytes = 0;
  #begun = 0;
  /** Ids in `#steps`, which the database does not know yet. */
  readonly #coming = new Set<RunId>();
  /** Contents that no run or version has asked for yet: they are stored together with the first that does. */
  readonly #contents = new Map<string, EncodedBlob>();
  #contentBytes = 0;
  #current: Current | null = null;
  #counts = { runs: 0, skipped: 0 };
  #ended = { runs: 0, skipped: 0 };

  constructor(deps: InsertDependencies) {
    this.#deps = deps;
  }

  /** Runs that are stored, and those that were there. */
  get counts(): { runs: number; skipped: number } {
    return this.#counts;
  }

  get isFull(): boolean {
    return this.#begun >= batchRuns || this.#bytes >= batchBytes;
  }

  async take(line: HistoryLine, number: number, bytes: number): Promise<void> {
    this.#bytes += bytes;
    switch (line.type) {
      case 'blob': {
        const content = Buffer.from(line.data, 'base64');
        if (hashOf(content) !== line.hash) throw wrongLine(number, 'its content is not what its hash says');
        this.#keep(await encodeBlob(content));
        return;
      }
      case 'run':
        this.#finish();
        this.#begin(line);
        return;
      case 'output': {
        const current = this.#current;
        if (current?.id !== line.runId) throw wrongLine(number, 'it is output of another run than the one before it');
        for (const record of line.records) if (record.seq !== ++current.seq) throw wrongLine(number, `record ${current.seq} is missing`);
        if (current.isNew) this.#steps.push((sql) => current.arriving !== null && addOutput(sql, this.#deps, current.arriving, line.records));
        return;
      }
      case 'version': {
        this.#finish();
        const { path, savedMs, hash, runId } = line;
        const content = this.#contents.get(hash);
        this.#steps.push((sql) => {
          if (content !== undefined) putBlob(sql, content);
          addVersion(sql, { path, savedMs, hash, runId });
        });
        return;
      }
      case 'search': {
        this.#finish();
        const { id, name, filter, dates } = line.search;
        this.#steps.push((sql) => sql.run('INSERT OR IGNORE INTO saved_searches (id, name, filter) VALUES (?, ?, ?)', id, name, JSON.stringify({ filter, dates })));
        return;
      }
      case 'end':
        this.#finish();
        this.isWhole = true;
    }
  }

  #keep(blob: EncodedBlob): void {
    this.#contents.set(blob.hash, blob);
    this.#contentBytes += blob.data.byteLength;
    // One run has no more; what waits for longer belongs to runs that are there already.
    for (const [hash, { data }] of this.#contents) {
      if (this.#contentBytes <= maxKeptBytes || hash === blob.hash) return;
      this.#contents.delete(hash);
      this.#contentBytes -= data.byteLength;
    }
  }

  #begin({ run, inputs, completeness }: Extract<HistoryLine, { type: 'run' }>): void {
    const isNew = !this.#coming.has(run.id) && !this.#deps.storage.read((sql) => isThere(sql, run.id));
    const current: Current = { id: run.id, seq: 0, arriving: null, isNew };
    this.#current = current;
    if (!isNew) return;
    this.#begun++;
    this.#coming.add(run.id);
    const contents = new Set(inputs?.files.flatMap(({ hash }) => this.#contents.get(hash ?? '') ?? []));
    for (const { hash, data } of contents) {
      this.#contents.delete(hash);
      this.#contentBytes -= data.byteLength;
    }
    this.#steps.push((sql) => {
      // Another import may have been faster.
      if (isThere(sql, run.id)) return;
      for (const content of contents) putBlob(sql, content);
      current.arriving = beginImport(sql, this.#deps, run, inputs, completeness);
    });
  }

  #finish(): void {
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    if (current.isNew) {
      this.#ended.runs++;
      this.#steps.push((sql) => current.arriving !== null && endImport(sql, this.#deps, current.arriving));
    } else this.#ended.skipped++;
  }

  /** Stores what has been read. */
  store(durability: 'process' | 'power' = 'process'): void {
    const steps = this.#steps;
    this.#steps = [];
    this.#bytes = 0;
    this.#begun = 0;
    this.#deps.storage.write((sql) => {
      for (const step of steps) step(sql);
    }, durability);
    this.#coming.clear();
    if (this.#current !== null) this.#coming.add(this.#current.id);
    this.#counts = { ...this.#ended };
  }

  /** Keeps the runs that were read whole, and nothing of the one that was not. */
  giveUp(): void {
    const current = this.#current;
    try {
      this.store();
      if (current?.isNew === true) this.#deps.storage.write((sql) => dropImport(sql, current));
    } catch {
      // Why it is given up is told already; the next start takes away what is left of a run.
    }
  }
}
