import { AppError } from '../../../contract/errors.ts';
import type { ClientId, RunId } from '../../../contract/ids.ts';
import type { contract } from '../../../contract/index.ts';
import type { ExportPiece, FilterBatch, OutputBody, OutputChunk, OutputCompleteness, OutputOutline, OutputRecord, OutputSource } from '../../../contract/output.ts';
import { isEnded } from '../../../contract/runs.ts';
import type { Changes, Sql, Storage } from '../database/index.ts';
import type { Events } from '../feed.ts';
import type { ParsedInput } from '../ports.ts';
import { findOwnRun, findRun, reviveRun, summaryOf, type RunsFeed } from '../runs/index.ts';
import { appendRecords, listChunks, readRecords } from './chunks.ts';
import { weightOf } from './codec.ts';
import { outlineOf, tailStart } from './outline.ts';
import { completenessOf, endGaps, recordEnd, recordGap, type FoundGap } from './completeness.ts';
import { exportOutput } from './export.ts';
import { filterOutput } from './filter.ts';
import { searchOutput, type SearchBatch } from './search.ts';

type ReadInput = ParsedInput<(typeof contract)['output']['read']>;
type OutlineInput = ParsedInput<(typeof contract)['output']['outline']>;
type FilterInput = ParsedInput<(typeof contract)['output']['filter']>;
type ExportInput = ParsedInput<(typeof contract)['output']['export']>;
type SearchInput = ParsedInput<(typeof contract)['output']['search']>;

export interface OutputPage {
  records: OutputRecord[];
  lastSeq: number;
  finished: boolean;
}

export interface OutputDependencies {
  storage: Storage;
  changes: Changes;
  coreId: string;
  feed: RunsFeed;
}

export interface Output {
  append(runId: RunId, records: readonly OutputRecord[], clientId: ClientId): number;
  read(input: ReadInput, signal: AbortSignal | undefined): Promise<OutputPage>;
  index(runId: RunId): { chunks: OutputChunk[]; lastSeq: number; finished: boolean };
  search(input: SearchInput, signal: AbortSignal | undefined): Events<SearchBatch>;
  filter(input: FilterInput, signal: AbortSignal | undefined): Events<FilterBatch>;
  export(input: ExportInput, signal: AbortSignal | undefined): Events<ExportPiece>;
  /** Adds steps of a run that no window feeds, within the caller's transaction; `wake` follows after its commit. */
  add(sql: Sql, runId: RunId, steps: readonly { timeMs: number; body: OutputBody; source?: OutputSource }[]): void;
  /** Records, within the caller's transaction, that a stretch after all that is stored so far could not be had. */
  addGap(sql: Sql, runId: RunId, gap: FoundGap): void;
  /** Records, within the caller's transaction, when gaps ended of whose end the time was not known. */
  endGaps(sql: Sql, runId: RunId, toMs: number): void;
  /** Records, within the caller's transaction, whether a log that feeds this run was read to its last line. */
  endLog(sql: Sql, runId: RunId, isSeen: boolean): void;
  completeness(runId: RunId): OutputCompleteness;
  outline(input: OutlineInput): OutputOutline;
  /** Makes those who wait for this run's output look again. */
  wake(runId: RunId): void;
  dispose(): void;
}

export function createOutput({ storage, changes, coreId, feed }: OutputDependencies): Output {
  const waiting = new Map<RunId, Set<() => void>>();
  /** The last step of each run that this core feeds, until it is stored. */
  const added = new Map<RunId, OutputRecord[]>();
  /** The same, stored: whoever waits for it need not fetch it from the disk. */
  const newest = new Map<RunId, OutputRecord[]>();

  function wake(runId: RunId): void {
    const records = added.get(runId);
    added.delete(runId);
    if (records === undefined || !waiting.has(runId)) newest.delete(runId);
    else newest.set(runId, records);
    for (const resume of waiting.get(runId) ?? []) resume();
  }

  /** Waits for `wake`, a commit of another process, the time, or the signal. */
  function nextChange(runId: RunId, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const waiters = waiting.get(runId) ?? new Set();
      waiting.set(runId, waiters);
      const resume = (): void => {
        clearTimeout(timer);
        unsubscribe();
        signal?.removeEventListener('abort', resume);
        waiters.delete(resume);
        if (waiters.size === 0) waiting.delete(runId);
        resolve();
      };
      const timer = setTimeout(resume, waitMs);
      const unsubscribe = changes.subscribe('any', resume);
      signal?.addEventListener('abort', resume, { once: true });
      waiters.add(resume);
    });
  }

  /** What was stored last, if that is just what is asked for. */
  function newestAfter({ runId, after, maxLength }: ReadInput, lastSeq: number): OutputRecord[] | undefined {
    const records = newest.get(runId);
    const isWanted = records?.[0]?.seq === after + 1 && records.at(-1)?.seq === lastSeq;
    return isWanted && records.reduce((sum, record) => sum + weightOf(record), 0) <= maxLength ? records : undefined;
  }

  function startOf(sql: Sql, key: number, { after, maxLength, tailLength }: ReadInput): number {
    return tailLength === undefined ? after : tailStart(sql, key, { after, maxLength, tailLength });
  }

  function readNow(input: ReadInput): OutputPage {
    return storage.read((sql) => {
      const run = findRun(sql, input.runId);
      const records = run.last_seq > input.after ? (newestAfter(input, run.last_seq) ?? readRecords(sql, run.key, startOf(sql, run.key, input), input.maxLength)) : [];
      const reached = records.at(-1)?.seq ?? input.after;
      return { records, lastSeq: run.last_seq, finished: isEnded(run.status) && reached >= run.last_seq };
    });
  }

  return {
    append(runId, records, clientId) {
      const { lastSeq, revived } = storage.write((sql) => {
        const run = findOwnRun(sql, runId, clientId);
        const fresh = freshRecords(records, run.last_seq);
        if (fresh.length === 0) return { lastSeq: run.last_seq, revived: null };
        const changed = reviveRun(sql, run, coreId);
        appendRecords(sql, run, fresh);
        if (changed) feed.bump(sql);
        return { lastSeq: fresh.at(-1)?.seq ?? run.last_seq, revived: changed ? summaryOf(findRun(sql, runId)) : null };
      });
      if (revived !== null) feed.changed(revived);
      wake(runId);
      return lastSeq;
    },

    async read(input, signal) {
      const deadline = performance.now() + input.waitMs;
      for (;;) {
        const page = readNow(input);
        const left = deadline - performance.now();
        if (page.records.length > 0 || page.finished || left <= 0 || signal?.aborted === true) return page;
        await nextChange(input.runId, left, signal);
      }
    },

    index: (runId) =>
      storage.read((sql) => {
        const run = findRun(sql, runId);
        return { chunks: listChunks(sql, run.key), lastSeq: run.last_seq, finished: isEnded(run.status) };
      }),

    search: ({ runId, ...request }, signal) => searchOutput(storage, runId, request, signal),
    filter: ({ runId, ...request }, signal) => filterOutput(storage, runId, request, signal),
    export: ({ runId, format, filter }, signal) => exportOutput(storage, runId, format, filter, signal),

    add(sql, runId, steps) {
      if (steps.length === 0) return;
      const run = findRun(sql, runId);
      const records = steps.map((step, i) => ({ seq: run.last_seq + 1 + i, ...step }));
      appendRecords(sql, run, records);
      added.set(runId, records);
    },

    addGap: recordGap,
    endGaps,
    endLog: recordEnd,
    outline: ({ runId, after, before }) =>
      storage.read((sql) => {
        const run = findRun(sql, runId);
        return outlineOf(sql, run.key, run.started_ms, { after, before: before ?? run.last_seq + 1 });
      }),
    completeness: (runId) => storage.read((sql) => completenessOf(sql, runId)),

    wake,

    dispose() {
      for (const runId of [...waiting.keys()]) wake(runId);
    },
  };
}

/** Those that follow what is stored. @throws CONFLICT records are missing between */
function freshRecords(records: readonly OutputRecord[], lastSeq: number): OutputRecord[] {
  let expected = records[0]?.seq ?? 0;
  if (expected > lastSeq + 1) {
    throw new AppError('CONFLICT', `Records ${lastSeq + 1} to ${expected - 1} are missing: the output is stored up to ${lastSeq}.`, {
      action: `Send what follows record ${lastSeq}.`,
    });
  }
  for (const record of records) {
    if (record.seq !== expected) throw new AppError('CONFLICT', `Record ${expected} is missing in the batch: ${record.seq} is in its place.`);
    expected++;
  }
  return records.filter((record) => record.seq > lastSeq);
}
