import { AppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import { levelOf } from '../../../contract/logLevel.ts';
import type { FilterBatch, OutputFilter } from '../../../contract/outputFilter.ts';
import { searchedText } from '../../../contract/outputPattern.ts';
import type { Storage } from '../database/index.ts';
import { findRun } from '../runs/index.ts';
import { Breather } from './breather.ts';
import { countLines, damagedChunk } from './chunks.ts';
import { sameSource } from './columns.ts';
import { FoundLines, type FilterRequest } from './foundLines.ts';
import { indexedSources } from './gramIndex.ts';
import { startOf } from './lineStarts.ts';
import { LineReader, type OutputLine } from './lines.ts';
import { requiredOf } from './required.ts';
import { createGuard, compilePattern } from './scan.ts';
import { OutputWalk } from './walk.ts';

/** A batch goes out after so many lines, or milliseconds; the first ones soon. */
const batchLines = 500;
const batchMs = 50;
const chunksAtOnce = 8;

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
      if (!pattern.test(searchedText(line.text))) return false;
    }
    return levels === undefined || levels.includes(levelOf(line.text));
  };
}

/**
 * Looks through a run's output for the lines that meet a filter, letting other work go on in between; counts on when it may give no more.
 * A chunk that cannot be read is passed over, and named by a STORAGE_CORRUPT after all that was found.
 */
export function filterOutput(storage: Storage, runId: RunId, request: FilterRequest, signal: AbortSignal | undefined): AsyncGenerator<FilterBatch, void> {
  const { filter } = request;
  const test = lineTest(filter);
  const guard = createGuard(filter.regex);
  const { key, total, start, sources: known } = storage.read((sql) => {
    const run = findRun(sql, runId);
    const from = request.after;
    // A record after the last is where a filter of all there was goes on.
    if (from !== undefined && from.seq > run.last_seq + 1) throw new AppError('CONFLICT', 'The output ends before the place where this filter would go on.', { action: 'Filter it from the beginning.' });
    return { key: run.key, total: countLines(sql, run.key), start: from === undefined ? undefined : startOf(sql, run.key, from.seq), sources: indexedSources(sql, run.key) };
  });

  async function* scan(): AsyncGenerator<FilterBatch, void> {
    const reader = new LineReader(start);
    const found = new FoundLines(request, test);
    found.addSources(known);
    let damaged: Parameters<typeof damagedChunk>[0] | null = null;
    let batchStart = performance.now();
    const batch = (last?: Pick<FilterBatch, 'unfinished' | 'cursor'>): FilterBatch => {
      const { matched, given, sources } = found;
      const isCut = given >= request.maxLines && matched > 0;
      const map = found.tally.map(total);
      return { lines: found.take(), matched, scannedLines: reader.lines, map, sources: [...sources], truncated: isCut, done: last !== undefined, unfinished: 0, cursor: null, ...last };
    };
    const breather = new Breather();
    const walk = new OutputWalk(storage, key, { required: filter.query === '' ? null : requiredOf(filter), context: request.context, start, readsEnd: true, chunksAtOnce });
    for (;;) {
      if (signal?.aborted === true) return;
      const step = await walk.next();
      if (step === null) break;
      if (step.jump !== null) {
        reader.jump(step.jump);
        found.jump();
      }
      guard(
        () => {
          for (const chunk of step.chunks) if (!reader.read(chunk, found.look)) damaged ??= chunk;
        },
        () => reader.lines,
      );
      if (found.lines.length >= batchLines || performance.now() - batchStart > batchMs) {
        yield batch();
        batchStart = performance.now();
      }
      await breather.rest();
    }
    const cursor = damaged === null ? found.cursor(reader.openSeq ?? walk.at + 1, reader.lines) : null;
    const { given } = found;
    guard(() => reader.end(found.look), () => reader.lines);
    if (damaged === null) {
      yield batch({ unfinished: found.given - given, cursor });
      return;
    }
    yield batch();
    throw damagedChunk(damaged);
  }
  return scan();
}
