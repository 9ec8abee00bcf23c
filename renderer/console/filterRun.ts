import { toAppError, type FilterBatch, type FilteredLine, type OutputFilter, type OutputRecord, type OutputSource, type RunId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { ConsoleLog } from './model/consoleLog.ts';

/** Most lines that a filter shows; beyond that it counts. */
export const mostFilteredLines = 200_000;
/** How long typing must rest before a filter runs, and how often it is repeated while output comes, in milliseconds. */
const debounceMs = 150;
const repeatMs = 3000;

/** What a filter has found so far. The lines are in its own log. */
export interface FilterState {
  log: ConsoleLog;
  /** Number of each line of the log in the whole output, first is 0; null for a mark between lines that do not follow each other. */
  lines: (number | null)[];
  matched: number;
  map: readonly number[];
  sources: readonly OutputSource[];
  isTruncated: boolean;
  isDone: boolean;
  error: string | null;
}

function emptyState(): FilterState {
  // Its lines are not stored under its numbers, so none of its text may be put away.
  return { log: new ConsoleLog({ residentLength: Infinity }), lines: [], matched: 0, map: [], sources: [], isTruncated: false, isDone: false, error: null };
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
  /** The whole output: when it grows, the filter runs again. */
  whole: ConsoleLog;
}

/**
 * Filters the stored output, and again while output comes.
 * @param onState called with what is found so far; the last call of a run has `isDone`
 * @returns `cancel` ends the run that goes on and keeps what it found; `dispose` ends all
 */
export function startFilter({ runId, filter, context, whole }: FilterInput, onState: (state: FilterState) => void): { cancel(): void; dispose(): void } {
  let controller = new AbortController();
  let isDisposed = false;
  let seenSeq = 0;
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => void run(), debounceMs);
  const unsubscribe = whole.subscribe(schedule);

  function schedule(): void {
    if (timer !== undefined || isDisposed || whole.lastSeq <= seenSeq) return;
    timer = setTimeout(() => void run(), repeatMs);
  }

  async function run(): Promise<void> {
    const isFirst = seenSeq === 0;
    seenSeq = whole.lastSeq;
    controller = new AbortController();
    let state = emptyState();
    function show(batch: Partial<FilterBatch>, patch: Partial<FilterState>): void {
      const { matched = state.matched, map = state.map, sources = state.sources, truncated = state.isTruncated } = batch;
      state = { ...state, matched, map, sources, isTruncated: truncated, ...patch };
      // The first time lines are shown as they come; a repeated run takes the place of the last when it is done.
      if (!isDisposed && (isFirst || state.isDone)) onState(state);
    }
    try {
      const batches = await core.output.filter({ runId, filter: { query: '', regex: false, matchCase: false, ...filter }, context, maxLines: mostFilteredLines }, { signal: controller.signal });
      for await (const batch of batches) {
        addLines(state, batch.lines, context);
        show(batch, { isDone: batch.done });
      }
      if (!state.isDone) show({}, { isDone: true });
    } catch (caught) {
      const error = toAppError(caught);
      show({}, { isDone: true, error: error.code === 'CANCELLED' ? null : error.message });
    }
    timer = undefined;
    schedule();
  }

  return {
    cancel: () => controller.abort(),
    dispose() {
      isDisposed = true;
      clearTimeout(timer);
      unsubscribe();
      controller.abort();
    },
  };
}
