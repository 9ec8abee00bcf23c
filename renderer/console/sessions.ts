import { isEnded, type OutputRecord, type Run, type RunId } from '../../contract/index.ts';
import { deferred } from '../lib/deferred.ts';
import { core } from '../rpc/index.ts';
import { ConsoleLog } from './model/consoleLog.ts';
import { createReader, readTail, summaryPatch } from './reader.ts';
import { findTab, updateTab, useConsoleStore, type ConsoleTab, type InputRequest } from './consoleStore.ts';

/** Most tabs in the console; the oldest finished ones are closed beyond that. */
const mostTabs = 20;

/** Output and answers of one console tab: what must not be in a store. */
export interface ConsoleSession {
  runId: RunId;
  log: ConsoleLog;
  /** Settles when all that is stored has its place in the log: lines can be counted. */
  ready: Promise<unknown>;
  /** Answers the prompt; null is the end of input. */
  answer(text: string | null): void;
  /** Empties the view; the output stays stored. */
  clear(): void;
  dispose(): void;
}

const sessions = new Map<RunId, ConsoleSession>();

export function sessionOf(runId: RunId): ConsoleSession | null {
  return sessions.get(runId) ?? null;
}

/** Writes into the console for a run of this window. */
export interface LiveConsole {
  /** Draws records; on screen with the next frame. */
  accept(records: readonly OutputRecord[]): void;
  /** Records up to `seq` are on disk. */
  stored(seq: number): void;
  requestInput(request: InputRequest): void;
  update(patch: Partial<ConsoleTab>): void;
}

export interface LiveRun {
  runId: RunId;
  title: string;
  mode: ConsoleTab['mode'];
  tabId: ConsoleTab['tabId'];
  startedMs: number;
  /** Sends what the person typed at a prompt; null is the end of input. */
  answer(text: string | null): void;
}

function addTab(tab: ConsoleTab, session: ConsoleSession): void {
  sessions.set(tab.runId, session);
  useConsoleStore.setState((state) => ({ tabs: [tab, ...state.tabs], activeId: tab.runId }));
  const { tabs } = useConsoleStore.getState();
  const finished = tabs.filter((one) => isEnded(one.status) && one.runId !== tab.runId);
  if (tabs.length > mostTabs) for (const old of finished.slice(mostTabs - tabs.length)) closeRun(old.runId);
  void numberOf(tab);
}

/** Looks up which run it is, counted from the first. */
async function numberOf(tab: ConsoleTab): Promise<void> {
  try {
    const { count } = await core.runs.count({ filter: { toMs: tab.startedMs } });
    updateTab(tab.runId, { number: count + 1 });
  } catch {
    // Without its number the tab carries the run's title.
  }
}

/** Opens a tab for a run that this window is about to execute. */
export function openLiveRun(run: LiveRun): LiveConsole {
  const log = new ConsoleLog();
  addTab(
    {
      ...emptyTab,
      runId: run.runId,
      title: run.title,
      mode: run.mode,
      tabId: run.tabId,
      startedMs: run.startedMs,
      status: 'running',
      isLive: true,
    },
    {
      runId: run.runId,
      log,
      ready: Promise.resolve(),
      answer(text) {
        updateTab(run.runId, { input: null });
        run.answer(text);
      },
      clear: () => log.clear(),
      dispose: () => undefined,
    },
  );
  return {
    accept: (records) => log.accept(records),
    stored: (seq) => log.markSafe(seq),
    requestInput: (input) => updateTab(run.runId, { input }),
    update: (patch) => updateTab(run.runId, patch),
  };
}

const emptyTab: Omit<ConsoleTab, 'runId' | 'title' | 'startedMs'> = {
  number: null,
  engine: 'local',
  place: null,
  mode: 'file',
  status: 'running',
  durationMs: null,
  exitCode: null,
  peakMemoryBytes: null,
  pythonVersion: null,
  tabId: null,
  isLive: false,
  input: null,
  isStopping: false,
  failure: null,
  waiting: null,
  isLoading: false,
};

/** Hears the output of a run that executes elsewhere, as it is read. */
export type RecordListener = (run: Pick<Run, 'id' | 'tabId'>, records: readonly OutputRecord[]) => void;

/** Shows a run of the history in the console, or brings its tab to the front; one that still runs is followed. @throws NOT_FOUND */
export async function openStoredRun(runId: RunId, onRecords: RecordListener = () => undefined): Promise<void> {
  if (findTab(runId) !== undefined) {
    useConsoleStore.setState({ activeId: runId });
    return;
  }
  // Both are asked for at once: while the core looks for the output, the console makes room for it.
  const run = core.runs.get({ id: runId });
  const tail = readTail(runId);
  tail.catch(() => undefined);
  showStoredRun(await run, tail, onRecords);
}

function showStoredRun(run: Run, tail: ReturnType<typeof readTail>, onRecords: RecordListener): void {
  if (findTab(run.id) !== undefined) return;
  const log = new ConsoleLog();
  log.markSafe(Number.MAX_SAFE_INTEGER);
  const isFollowed = run.engine === 'cluster' && !isEnded(run.status);
  const ready = deferred<undefined>();
  let reader: ReturnType<typeof createReader> | null = null;
  addTab(
    {
      ...emptyTab,
      ...summaryPatch(run),
      runId: run.id,
      startedMs: run.startedMs,
      peakMemoryBytes: run.peakMemoryBytes,
      title: run.title,
      tabId: run.tabId,
      isLive: isFollowed,
      isLoading: true,
    },
    { runId: run.id, log, ready: ready.promise, answer: () => undefined, clear: () => log.clear(), dispose: () => reader?.dispose() },
  );
  reader = createReader({ runId: run.id, log, first: tail, onRecords: (records) => onRecords(run, records), onWhole: () => ready.resolve(undefined) });
}

/** Closes a tab; a run that still runs goes on, and is in the history. */
export function closeRun(runId: RunId): void {
  sessions.get(runId)?.dispose();
  sessions.delete(runId);
  useConsoleStore.setState((state) => {
    const index = state.tabs.findIndex((tab) => tab.runId === runId);
    const tabs = state.tabs.filter((tab) => tab.runId !== runId);
    const next = tabs[Math.min(index, tabs.length - 1)]?.runId ?? null;
    return { tabs, activeId: state.activeId === runId ? next : state.activeId };
  });
}
