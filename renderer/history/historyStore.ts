import { create } from 'zustand';
import { toAppError, type RunEvent, type RunFilter, type RunId, type RunSummary } from '../../contract/index.ts';
import { insertedAt, withAt, withoutAt } from '../lib/lists.ts';
import { core } from '../rpc/index.ts';

/** Runs that one page asks for. */
export const pageSize = 200;
/** Runs that are counted for the scroll bar. */
const mostCounted = 1_000_000;

export interface HistoryState {
  filter: RunFilter;
  /** Newest first, without a gap from the newest on. */
  runs: readonly RunSummary[];
  /** Where the next page starts; null when all is read. */
  next: RunId | null;
  /** All that match, for the scroll bar; never less than `runs`. */
  count: number;
  status: 'loading' | 'ready' | 'failed';
  /** What went wrong, when `failed`. */
  message: string | null;
}

/** What a history asks of the core. */
export interface HistorySource {
  list(input: { filter: RunFilter; cursor: RunId | null; limit: number }, options: { signal: AbortSignal }): Promise<{ runs: RunSummary[]; next: RunId | null }>;
  count(input: { filter: RunFilter; limit: number }, options: { signal: AbortSignal }): Promise<{ count: number }>;
}

/** Whether a run passes those parts of a filter that need no index. */
export function passes(run: RunSummary, filter: RunFilter): boolean {
  if (filter.statuses !== undefined && filter.statuses.length > 0 && !filter.statuses.includes(run.status)) return false;
  if (filter.engines !== undefined && filter.engines.length > 0 && !filter.engines.includes(run.engine)) return false;
  if (filter.fromMs !== undefined && run.startedMs < filter.fromMs) return false;
  if (filter.toMs !== undefined && run.startedMs >= filter.toMs) return false;
  const tags = new Set(run.tags.map((tag) => tag.toLowerCase()));
  if (filter.tags?.every((tag) => tags.has(tag.toLowerCase())) === false) return false;
  return filter.pinnedOnly !== true || run.pinned;
}

/** Puts a changed run where it belongs. @returns null when only the core can tell whether it belongs there */
export function placeRun(state: Pick<HistoryState, 'filter' | 'runs' | 'next'>, run: RunSummary): { runs: readonly RunSummary[]; added: number } | null {
  const { filter, runs, next } = state;
  const index = runs.findIndex((one) => one.id === run.id);
  if (index !== -1) {
    if (passes(run, filter)) return { runs: withAt(runs, index, run), added: 0 };
    return { runs: withoutAt(runs, index), added: -1 };
  }
  if (!passes(run, filter)) return { runs, added: 0 };
  if (filter.search !== undefined && filter.search !== '') return null;
  const at = runs.findIndex((one) => one.id < run.id);
  if (at !== -1) return { runs: insertedAt(runs, at, run), added: 1 };
  // It is older than all that is read: it comes with its page, or it is the last of all.
  return next === null ? { runs: [...runs, run], added: 1 } : { runs, added: 0 };
}

/** The list of runs, page by page, for one filter at a time. A new filter cancels what is under way for the last. */
export function createHistory(source: HistorySource) {
  const useStore = create<HistoryState>()(() => ({ filter: {}, runs: [], next: null, count: 0, status: 'loading', message: null }));
  let controller = new AbortController();
  let isReading = false;

  async function readPage(cursor: RunId | null, signal: AbortSignal): Promise<void> {
    isReading = true;
    const { filter } = useStore.getState();
    try {
      const page = await source.list({ filter, cursor, limit: pageSize }, { signal });
      if (signal.aborted) return;
      useStore.setState((state) => {
        const known = new Set(state.runs.map((run) => run.id));
        // Imported runs stand where they were imported, whatever their ids are.
        const runs = cursor === null ? page.runs : [...state.runs, ...page.runs.filter((run) => !known.has(run.id))];
        return { runs, next: page.next, status: 'ready', message: null, count: Math.max(state.count, runs.length) };
      });
    } catch (caught) {
      const error = toAppError(caught);
      if (!signal.aborted && error.code !== 'CANCELLED') useStore.setState({ status: 'failed', message: error.message });
    } finally {
      if (!signal.aborted) isReading = false;
    }
  }

  async function readCount(signal: AbortSignal): Promise<void> {
    try {
      const { count } = await source.count({ filter: useStore.getState().filter, limit: mostCounted }, { signal });
      if (!signal.aborted) useStore.setState((state) => ({ count: Math.max(count, state.runs.length) }));
    } catch {
      // Without the count the scroll bar grows as pages come; the list's own error is the one that is told.
    }
  }

  async function load(): Promise<void> {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    useStore.setState((state) => ({ status: 'loading', message: null, count: state.runs.length }));
    await Promise.all([readPage(null, signal), readCount(signal)]);
  }

  return {
    useStore,
    load,
    /** Shows what matches another filter. */
    async setFilter(filter: RunFilter): Promise<void> {
      useStore.setState({ filter });
      await load();
    },
    /** Reads on until so many runs are there, as scrolling asks for. */
    async readTo(count: number): Promise<void> {
      const { signal } = controller;
      while (!isReading && !signal.aborted) {
        const { runs, next, status } = useStore.getState();
        if (next === null || runs.length >= count || status === 'failed') return;
        await readPage(next, signal);
      }
    },
    /** Takes a change that the core tells of. */
    onEvent(event: RunEvent): void {
      if (event.type === 'reset') {
        void load();
        return;
      }
      if (event.type === 'deleted') {
        const gone = new Set<string>(event.ids);
        useStore.setState((state) => {
          const runs = state.runs.filter((run) => !gone.has(run.id));
          return { runs, count: Math.max(runs.length, state.count - (state.runs.length - runs.length)) };
        });
        return;
      }
      const state = useStore.getState();
      const placed = placeRun(state, event.run);
      if (placed === null) void load();
      else useStore.setState({ runs: placed.runs, count: Math.max(placed.runs.length, state.count + placed.added) });
    },
  };
}

/** The history of this window. */
export const history = createHistory({
  list: (input, options) => core.runs.list(input, options),
  count: (input, options) => core.runs.count(input, options),
});
