import type { RunId } from '../../../contract/ids.ts';
import { levelOf } from '../../../contract/logLevel.ts';
import { mapParts, maxFilteredLength, type FilterBatch, type FilteredLine, type OutputFilter, type OutputSource } from '../../../contract/outputFilter.ts';
import type { Storage } from '../database/index.ts';
import { findRun } from '../runs/index.ts';
import { chunksAfter, countLines, damagedChunk } from './chunks.ts';
import { LineReader, type OutputLine } from './lines.ts';
import { createGuard, compilePattern } from './scan.ts';

export interface FilterRequest {
  filter: OutputFilter;
  /** Lines before and after each that is wanted. */
  context: number;
  maxLines: number;
}

/** A batch goes out after so many lines, or milliseconds; the first ones soon. */
const batchLines = 500;
const batchMs = 50;
const chunksAtOnce = 8;

function sameSource(a: OutputSource | undefined, b: OutputSource): boolean {
  return a !== undefined && a.container === b.container && a.attempt === b.attempt;
}

/** Makes of a filter the question whether a line meets it. @throws INVALID_INPUT the regular expression does not compile */
export function lineTest(filter: OutputFilter): (line: OutputLine) => boolean {
  const { streams, levels, sources, fromMs = 0, toMs = Infinity } = filter;
  const pattern = filter.query === '' ? null : compilePattern(filter);
  return (line) => {
    if (line.timeMs < fromMs || line.timeMs >= toMs) return false;
    if (streams !== undefined && !streams.includes(line.stream)) return false;
    if (sources !== undefined && !sources.some((source) => sameSource(line.source, source))) return false;
    if (pattern !== null) {
      pattern.lastIndex = 0;
      if (!pattern.test(line.text)) return false;
    }
    return levels === undefined || levels.includes(levelOf(line.text));
  };
}

/** What a filter finds, line by line, with the lines around. */
class Found {
  lines: FilteredLine[] = [];
  matched = 0;
  given = 0;
  readonly map: number[] = Array.from({ length: mapParts }, () => 0);
  readonly sources: OutputSource[] = [];
  #before: OutputLine[] = [];
  #after = 0;
  readonly #total: number;
  readonly #request: FilterRequest;
  readonly #test: (line: OutputLine) => boolean;

  constructor(total: number, request: FilterRequest, test: (line: OutputLine) => boolean) {
    this.#total = Math.max(1, total);
    this.#request = request;
    this.#test = test;
  }

  readonly take = (line: OutputLine): void => {
    const { source } = line;
    if (source !== undefined && !this.sources.some((known) => sameSource(source, known))) this.sources.push(source);
    const { context } = this.#request;
    if (this.#test(line)) {
      this.matched++;
      const part = Math.min(mapParts - 1, Math.floor((line.line / this.#total) * mapParts));
      this.map[part] = (this.map[part] ?? 0) + 1;
      for (const near of this.#before.splice(0)) this.#give(near, false);
      this.#give(line, true);
      this.#after = context;
    } else if (this.#after > 0) {
      this.#after--;
      this.#give(line, false);
    } else if (context > 0) {
      this.#before.push(line);
      if (this.#before.length > context) this.#before.shift();
    }
  };

  #give({ line, seq, timeMs, stream, source, text }: OutputLine, isMatch: boolean): void {
    if (this.given >= this.#request.maxLines) return;
    this.given++;
    this.lines.push({ line, seq, timeMs, stream, ...(source === undefined ? {} : { source }), text: text.slice(0, maxFilteredLength), isMatch });
  }
}

/**
 * Looks through a run's output for the lines that meet a filter, letting other work go on in between; counts on when it may give no more.
 * A chunk that cannot be read is passed over, and named by a STORAGE_CORRUPT after all that was found.
 */
export function filterOutput(storage: Storage, runId: RunId, request: FilterRequest, signal: AbortSignal | undefined): AsyncGenerator<FilterBatch, void> {
  const test = lineTest(request.filter);
  const guard = createGuard(request.filter.regex);
  const { key, total } = storage.read((sql) => {
    const run = findRun(sql, runId);
    return { key: run.key, total: countLines(sql, run.key) };
  });

  async function* scan(): AsyncGenerator<FilterBatch, void> {
    const reader = new LineReader();
    const found = new Found(total, request, test);
    let damaged: Parameters<typeof damagedChunk>[0] | null = null;
    let batchStart = performance.now();
    const batch = (done: boolean): FilterBatch => {
      const { lines, matched, given, map, sources } = found;
      found.lines = [];
      return { lines, matched, scannedLines: reader.lines, map: [...map], sources: [...sources], truncated: given >= request.maxLines && matched > 0, done };
    };
    for (let at = 0; ; ) {
      if (signal?.aborted === true) return;
      const chunks = storage.read((sql) => chunksAfter(sql, key, at, at === 0 ? 1 : chunksAtOnce));
      const last = chunks.at(-1);
      if (last === undefined) break;
      guard(
        () => {
          for (const chunk of chunks) if (!reader.read(chunk, found.take)) damaged ??= chunk;
        },
        () => reader.lines,
      );
      at = last.last_seq;
      if (found.lines.length >= batchLines || performance.now() - batchStart > batchMs) {
        yield batch(false);
        batchStart = performance.now();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    guard(() => reader.end(found.take), () => reader.lines);
    if (damaged === null) {
      yield batch(true);
      return;
    }
    yield batch(false);
    throw damagedChunk(damaged);
  }
  return scan();
}
