import type { FileHandle } from 'node:fs/promises';
import type { RunId } from '../../../contract/ids.ts';
import type { TransferProgress } from '../../../contract/transfer.ts';
import { encodeBlob, hashOf, putBlob } from '../blobs/index.ts';
import { mostLineBytes, parseHead, parseLine, wrongLine, type HistoryLine } from './historyFile.ts';
import { addOutput, beginImport, endImport, isThere, type InsertDependencies } from './insert.ts';

/** Runs between two tellings of how far it is. */
const tellEvery = 100;

/** The lines of a file, one at a time, none longer than `mostLineBytes`. */
async function* linesOf(file: FileHandle): AsyncGenerator<{ text: string; bytes: number }, void> {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let parts: Buffer[] = [];
  let length = 0;
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) break;
    for (let at = 0; at < bytesRead; ) {
      const found = buffer.subarray(0, bytesRead).indexOf(0x0a, at);
      const end = found === -1 ? bytesRead : found;
      parts.push(Buffer.from(buffer.subarray(at, end)));
      length += end - at;
      if (length > mostLineBytes) throw wrongLine(0, 'a line of it is too long');
      if (found !== -1) {
        bytes += length + 1;
        yield { text: Buffer.concat(parts).toString('utf8'), bytes };
        parts = [];
        length = 0;
      }
      at = end + 1;
    }
  }
  if (length > 0) yield { text: Buffer.concat(parts).toString('utf8'), bytes: bytes + length };
}

/** Takes over the runs of a file. Those that are there already stay as they are. */
export async function readHistory(deps: InsertDependencies, file: FileHandle, progress: (state: TransferProgress) => void, signal: AbortSignal): Promise<void> {
  const { size: total } = await file.stat();
  const blobs: number[] = [];
  let runs = 0;
  let skipped = 0;
  let bytes = 0;
  let number = 0;
  /** The run that is being read: its output follows. `isNew` false when it is skipped. */
  let current: { id: RunId; seq: number; isNew: boolean } | null = null;
  let isWhole = false;

  function finish(): void {
    if (current?.isNew === true) {
      endImport(deps, current.id);
      runs++;
    } else if (current !== null) skipped++;
    if (current !== null && (runs + skipped) % tellEvery === 0) progress({ runs, skipped, bytes, total, done: false });
    current = null;
  }

  function forgetUnfinished(): void {
    if (current?.isNew === true) isThere(deps.storage, current.id);
  }

  async function take(line: HistoryLine): Promise<void> {
    switch (line.type) {
      case 'blob': {
        const content = Buffer.from(line.data, 'base64');
        if (hashOf(content) !== line.hash) throw wrongLine(number, 'its content is not what its hash says');
        const encoded = await encodeBlob(content);
        blobs.push(deps.storage.write((sql) => putBlob(sql, encoded)));
        return;
      }
      case 'run': {
        finish();
        const { run, inputs } = line;
        current = { id: run.id, seq: 0, isNew: !isThere(deps.storage, run.id) };
        if (current.isNew) deps.storage.write((sql) => beginImport(sql, run, inputs));
        return;
      }
      case 'output': {
        if (current?.id !== line.runId) throw wrongLine(number, 'it is output of another run than the one before it');
        for (const record of line.records) if (record.seq !== ++current.seq) throw wrongLine(number, `record ${current.seq} is missing`);
        if (current.isNew) addOutput(deps, line.runId, line.records);
        return;
      }
      case 'end':
        finish();
        isWhole = true;
    }
  }

  try {
    for await (const { text, bytes: read } of linesOf(file)) {
      signal.throwIfAborted();
      bytes = read;
      number++;
      if (isWhole) throw wrongLine(number, 'something follows the end');
      if (number === 1) parseHead(text);
      else await take(parseLine(text, number));
    }
    if (number === 0) throw wrongLine(1, 'the file is empty');
    if (!isWhole) throw wrongLine(number + 1, 'the file ends too early');
  } finally {
    // A run that was not read to its end does not stay (after a kill, the next import takes it away); contents that no run refers to, by the housekeeping.
    forgetUnfinished();
    deps.storage.write((sql) => {
      for (const blob of blobs) sql.run('INSERT OR IGNORE INTO loose_blobs (blob) VALUES (?)', blob);
    });
  }
  progress({ runs, skipped, bytes, total, done: true });
}
