import type { RunId } from '../../../contract/ids.ts';
import type { OutputMatch } from '../../../contract/output.ts';
import type { Storage } from '../database/index.ts';
import { findRun } from '../runs/index.ts';
import { Breather } from './breather.ts';
import { countLines, damagedChunk } from './chunks.ts';
import { decodeColumns, recordsAfter, type StoredChunk } from './codec.ts';
import { requiredOf } from './required.ts';
import { LineScanner, type SearchRequest } from './scan.ts';
import { OutputWalk } from './walk.ts';

export interface SearchBatch {
  matches: OutputMatch[];
  scannedLines: number;
  done: boolean;
  truncated: boolean;
}

/** A batch goes out after this many matches, or this many milliseconds, so that the first hits are seen at once. */
const batchMatches = 500;
const batchMs = 50;
/** Four megabytes of text or less: what is looked through before other work has its turn, some ten milliseconds. Each step has a guard, which takes half of one. */
const chunksAtOnce = 32;

/** Looks through the records of a chunk that follow `after`. @returns null if it is damaged */
function scanChunk(scanner: LineScanner, chunk: StoredChunk, after: number, limit: number): OutputMatch[] | null {
  const columns = chunk.first_seq > after ? decodeColumns(chunk) : null;
  if (columns?.isText === true) return scanner.pushText(columns, chunk.line_feeds, limit);
  const records = columns?.records() ?? recordsAfter(chunk, after);
  return records === null ? null : scanner.push(records, limit);
}

/**
 * Looks through a run's output chunk by chunk, letting other work go on in between. Faults of the request are thrown at once.
 * Chunks in which the index excludes a match are not read. A chunk that cannot be read is passed over, and named by a STORAGE_CORRUPT after all that was found.
 */
export function searchOutput(
  storage: Storage,
  runId: RunId,
  request: SearchRequest & { maxMatches: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<SearchBatch, void> {
  const scanner = new LineScanner(request);
  const { key, total } = storage.read((sql) => {
    const run = findRun(sql, runId);
    return { key: run.key, total: countLines(sql, run.key) };
  });

  async function* scan(): AsyncGenerator<SearchBatch, void> {
    let left = request.maxMatches;
    let matches: OutputMatch[] = [];
    let batchStart = performance.now();
    let damaged: Parameters<typeof damagedChunk>[0] | null = null;
    const batch = (done: boolean): SearchBatch => ({ matches, scannedLines: done && left > 0 ? Math.max(scanner.lines, total) : scanner.lines, done, truncated: left <= 0 });

    const breather = new Breather();
    const walk = new OutputWalk(storage, key, { required: requiredOf(request), context: 0, readsEnd: false, chunksAtOnce });
    for (let at = 0; ; ) {
      if (signal?.aborted === true) return;
      if (left <= 0) break;
      const step = await walk.next();
      if (step === null) break;
      const { chunks, jump } = step;
      if (jump !== null) {
        scanner.jump(jump);
        at = jump.after;
      }
      scanner.together(() => {
        for (const chunk of chunks) {
          let found = scanChunk(scanner, chunk, at, left);
          if (found === null) {
            damaged ??= chunk;
            found = scanner.skip(chunk.line_feeds, left);
          }
          left -= found.length;
          matches.push(...found);
          at = chunk.last_seq;
          if (left <= 0) return;
        }
      });
      if (matches.length >= batchMatches || performance.now() - batchStart > batchMs) {
        yield batch(false);
        matches = [];
        batchStart = performance.now();
      }
      await breather.rest();
    }
    if (left > 0) {
      const found = scanner.end(left);
      left -= found.length;
      matches.push(...found);
    }
    if (damaged === null) {
      yield batch(true);
      return;
    }
    yield batch(false);
    throw damagedChunk(damaged);
  }
  return scan();
}
