import { toAppError, type FilterBatch, type FilterCursor, type FilteredLine, type OutputFilter, type OutputRecord, type OutputSource, type RunId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { ConsoleLog } from './model/consoleLog.ts';

/** Most lines that a filter shows; beyond that it counts. */
export const mostFilteredLines = 200_000;
/** How long typing must rest before a filter runs; how often it goes on while output comes, and how often it begins anew where it cannot, in milliseconds. */
const debounceMs = 150;
const goOnMs = 500;
const anewMs = 3000;

/** What a filter has found so far. The lines are in its own log. */
export interface FilterState {
  log: ConsoleLog;
  /** The filter that has found them. */
  filter: Partial<OutputFilter>;
  /** Number of each line of the log in the whole output, first is 0; null for a mark between lines that do not follow each other. */
  lines: (number | null)[];
  matched: number;
  map: readonly number[];
  sources: readonly OutputSource[];
  isTruncated: boolean;
  isDone: boolean;
  error: string | null;
}

function emptyState(filter: Partial<OutputFilter>): FilterState {
  // Its lines are not stored under its numbers, so none of its text may be put away.
  return { log: new ConsoleLog({ residentLength: Infinity }), filter, lines: [], matched: 0, map: [], sources: [], isTruncated: false, isDone: false, error: null };
}

/** Adds lines to a log of their own, as records that keep their times and streams. */
export function addLines(state: Pick<FilterState, 'log' | 'lines'>, lines: readonly FilteredLine[], context: number): void {
  const records: OutputRecord[] = [];
  let seq = state.log.lastSeq;
  let last = state.lines.at(-1) ?? null;
  for (const { line, timeMs, stream, source, text } of lines) {
    if (context > 0 && state.lines.length > 0 && last !== null && line !== last + 1) {
      records.push({ seq: ++seq, timeMs, body: { kind: 'text', stream: 'stdin', text: '\u22ef\n' } });
      state.lines.push(null);
    }
    last = line;
    state.lines.push(line);
    records.push({ seq: ++seq, timeMs, body: { kind: 'text', stream, text: `${text}\n` }, ...(source === undefined ? {} : { source }) });
  }
  state.log.accept(records);
}

export interface FilterInput {
  runId: RunId;
  filter: Partial<OutputFilter>;
  /** Lines shown around each that is wanted. */
  context: number;
  /** The whole output: when it grows, the filter goes on. */
  whole: ConsoleLog;
  /** Whether nothing more is expected: a last line without an end is whole, too. */
  isEnded: boolean;
}

export interface RunningFilter {
  /** Ends the scan that goes on, and keeps what it found. */
  cancel(): void;
  /** The run has ended: what is here now is all. */
  finish(): void;
  dispose(): void;
}

/**
 * Filters the stored output, and goes on while output comes: lines without an end are shown when they have one, or when the run has ended.
 * @param onState called with what is found so far; the last call of a scan has `isDone`
 */
export function startFilter({ runId, filter, context, whole, isEnded }: FilterInput, onState: (state: FilterState) => void): RunningFilter {
  let controller = new AbortController();
  let isDisposed = false;
  /** Nothing more is expected, and all of it is on disk. */
  let isFinished = isEnded && isStored();
  /** Nothing more is expected: what is shown and on its way to the disk is waited for. */
  let isEnding = isEnded;
  let isScanning = false;
  let seenSeq = 0;
  let shown = emptyState(filter);
  /** Where the next scan goes on; null when it has to begin anew. */
  let cursor: FilterCursor | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => void run(), debounceMs);
  const stops = [
    whole.subscribe(schedule),
    whole.onStored(() => {
      if (isEnding && !isFinished) finish();
      else schedule();
    }),
  ];

  function isStored(): boolean {
    return whole.storedSeq >= whole.lastSeq;
  }

  function finish(): void {
    isEnding = true;
    if (isFinished || isDisposed || !isStored()) return;
    isFinished = true;
    if (isScanning || (timer !== undefined && seenSeq === 0)) return;
    clearTimeout(timer);
    void run();
  }

  function schedule(): void {
    if (timer !== undefined || isScanning || isDisposed || whole.storedSeq <= seenSeq) return;
    timer = setTimeout(() => void run(), cursor === null ? anewMs : goOnMs);
  }

  /** @returns the cursor, if all went well */
  async function scan(after: FilterCursor | null): Promise<FilterCursor | null> {
    const isFirst = seenSeq === 0;
    let state = after === null ? emptyState(filter) : { ...shown, isDone: false };
    let next: FilterCursor | null = null;
    function show(batch: Partial<FilterBatch>, patch: Partial<FilterState>): void {
      const { matched = state.matched, map = state.map, sources = state.sources, truncated = state.isTruncated } = batch;
      state = { ...state, matched, map, sources, isTruncated: truncated, ...patch };
      // The first time, and what is new, is shown as it comes; a scan anew takes the place of the last when it is done.
      if (isDisposed || !(isFirst || after !== null || state.isDone)) return;
      shown = state;
      onState(state);
    }
    try {
      const input = { runId, filter: { query: '', regex: false, matchCase: false, ...filter }, context, maxLines: mostFilteredLines, ...(after === null ? {} : { after }) };
      for await (const batch of await core.output.filter(input, { signal: controller.signal })) {
        // What may still change is given again when the filter goes on; once nothing more is expected it is as it is.
        const keeps = isFinished || (batch.done && batch.cursor === null);
        addLines(state, keeps || batch.unfinished === 0 ? batch.lines : batch.lines.slice(0, -batch.unfinished), context);
        if (batch.done && !(keeps && batch.unfinished > 0)) next = batch.cursor;
        show(batch, { isDone: batch.done, error: null });
      }
      if (!state.isDone) show({}, { isDone: true });
    } catch (caught) {
      const error = toAppError(caught);
      // The output is shorter than it was: a backup was restored.
      if (error.code === 'CONFLICT' && after !== null) return scan(null);
      show({}, { isDone: true, error: error.code === 'CANCELLED' ? null : error.message });
    }
    return next;
  }

  async function run(): Promise<void> {
    timer = undefined;
    isScanning = true;
    const from = cursor;
    const seen = whole.storedSeq;
    const wasFinished = isFinished;
    controller = new AbortController();
    cursor = await scan(from);
    seenSeq = Math.max(1, seen);
    isScanning = false;
    if (isFinished && !wasFinished && !isDisposed) void run();
    else schedule();
  }

  return {
    cancel: () => controller.abort(),
    finish,
    dispose() {
      isDisposed = true;
      clearTimeout(timer);
      for (const stop of stops) stop();
      controller.abort();
    },
  };
}
