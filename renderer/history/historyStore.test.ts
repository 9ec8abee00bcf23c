import { describe, expect, it } from 'vitest';
import { newRunId, type RunFilter, type RunId, type RunSummary } from '../../contract/index.ts';
import { dayLabel, rowsOf } from './days.ts';
import { createHistory, pageSize, placeRun, type HistorySource } from './historyStore.ts';

function summary(index: number, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id: newRunId(1_700_000_000_000 + index * 1000),
    engine: 'local',
    status: 'succeeded',
    mode: 'file',
    title: `run ${index}`,
    firstLine: `value_${index}`,
    startedMs: 1_700_000_000_000 + index * 1000,
    durationMs: 1,
    exitCode: 0,
    error: null,
    pinned: false,
    tags: [],
    pythonVersion: '3.14.2',
    outputLength: 0,
    ...more,
  };
}

/** Runs newest first, paged by key as the core does. */
function sourceOf(runs: RunSummary[], asked: RunFilter[] = []): HistorySource {
  const matching = (filter: RunFilter): RunSummary[] => runs.filter((run) => filter.search === undefined || run.firstLine.includes(filter.search));
  return {
    async list({ filter, cursor, limit }: { filter: RunFilter; cursor: RunId | null; limit: number }, { signal }) {
      asked.push(filter);
      await Promise.resolve();
      if (signal.aborted) throw new DOMException('', 'AbortError');
      const page = matching(filter).filter((run) => cursor === null || run.id < cursor).slice(0, limit);
      return { runs: page, next: page.length === limit ? (page.at(-1)?.id ?? null) : null };
    },
    count: async ({ filter }) => ({ count: matching(filter).length }),
  };
}

function many(count: number): RunSummary[] {
  return Array.from({ length: count }, (_, index) => summary(count - index));
}

describe('createHistory', () => {
  it('reads page after page, without a gap or a double', async () => {
    const runs = many(pageSize * 2 + 50);
    const history = createHistory(sourceOf(runs));
    await history.load();
    expect(history.useStore.getState()).toMatchObject({ status: 'ready', count: runs.length });
    expect(history.useStore.getState().runs).toHaveLength(pageSize);
    await history.readTo(runs.length);
    expect(history.useStore.getState().runs.map((run) => run.id)).toEqual(runs.map((run) => run.id));
  });

  it('forgets what was under way for the filter before', async () => {
    const runs = many(500);
    const history = createHistory(sourceOf(runs));
    const first = history.setFilter({ search: 'value_1' });
    const second = history.setFilter({ search: 'value_499' });
    await Promise.all([first, second]);
    expect(history.useStore.getState().runs.map((run) => run.firstLine)).toEqual(['value_499']);
  });

  it('takes changes as they come', async () => {
    const runs = many(3);
    const history = createHistory(sourceOf(runs));
    await history.load();
    const added = summary(10);
    history.onEvent({ type: 'changed', run: added });
    history.onEvent({ type: 'changed', run: { ...added, title: 'new name' } });
    expect(history.useStore.getState().runs[0]).toMatchObject({ id: added.id, title: 'new name' });
    expect(history.useStore.getState().count).toBe(4);
    history.onEvent({ type: 'deleted', ids: [added.id] });
    expect(history.useStore.getState().runs).toHaveLength(3);
    expect(history.useStore.getState().count).toBe(3);
  });

  it('says why it cannot read, and tries again', async () => {
    const source = sourceOf(many(2));
    let isBroken = true;
    const history = createHistory({ ...source, list: (input, options) => (isBroken ? Promise.reject(new Error('The disk is gone.')) : source.list(input, options)) });
    await history.load();
    expect(history.useStore.getState()).toMatchObject({ status: 'failed', message: 'The disk is gone.' });
    isBroken = false;
    await history.load();
    expect(history.useStore.getState()).toMatchObject({ status: 'ready', message: null });
  });
});

describe('placeRun', () => {
  const [newest, middle, oldest] = [summary(3), summary(2), summary(1)];

  it('keeps the order, and leaves out what the filter leaves out', () => {
    const state = { filter: {}, runs: [newest, oldest], next: null };
    expect(placeRun(state, middle)?.runs.map((run) => run.title)).toEqual(['run 3', 'run 2', 'run 1']);
    expect(placeRun({ ...state, filter: { statuses: ['failed'] } }, middle)).toEqual({ runs: state.runs, added: 0 });
    expect(placeRun({ ...state, filter: { pinnedOnly: true } }, { ...newest, pinned: false })?.added).toBe(-1);
  });

  it('leaves to the core what only the core can tell', () => {
    expect(placeRun({ filter: { search: 'x' }, runs: [], next: null }, middle)).toBeNull();
  });

  it('does not put a run below pages that are not read', () => {
    expect(placeRun({ filter: {}, runs: [newest], next: newest.id }, oldest)).toEqual({ runs: [newest], added: 0 });
  });
});

describe('days', () => {
  it('names the day', () => {
    const now = new Date(2026, 10, 21, 0, 5).getTime();
    expect(dayLabel(now, now)).toBe('Today');
    expect(dayLabel(now - 10 * 60_000, now)).toBe('Yesterday');
    expect(dayLabel(new Date(2025, 4, 3, 12).getTime(), now, 'en-GB')).toMatch(/3 May 2025/);
  });

  it('heads each day once, and holds places for what is not read', () => {
    const noon = new Date(2026, 10, 21, 12).getTime();
    const rows = rowsOf([summary(0, { startedMs: noon }), summary(0, { startedMs: noon - 1000 }), summary(0, { startedMs: noon - 86_400_000 })], 5, noon);
    expect(rows.map((row) => row.kind)).toEqual(['day', 'run', 'run', 'day', 'run', 'unread', 'unread']);
  });
});
