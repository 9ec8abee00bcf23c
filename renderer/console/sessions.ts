import { isEnded, toAppError, type OutputChunk, type OutputRecord, type Run, type RunId, type RunSummary } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import type { TextBlock } from './model/blocks.ts';
import { ConsoleLog } from './model/consoleLog.ts';
import { findTab, updateTab, useConsoleStore, type ConsoleTab, type InputRequest } from './consoleStore.ts';

/** Most tabs in the console; the oldest finished ones are closed beyond that. */
const mostTabs = 20;
/** Characters that one read asks for. */
const pageLength = 1024 * 1024;
/** How long to wait before a run is followed again after the connection to the core was lost, in milliseconds. */
const retryMs = 300;
/** An output of this many characters or more is opened by its outline. */
const outlinedLength = 1024 * 1024;
/** Characters of a run out of the history that are read without being asked for. */
const readAheadLength = 16 * 1024 * 1024;

/** Output and answers of one console tab: what must not be in a store. */
export interface ConsoleSession {
  runId: RunId;
  log: ConsoleLog;
  /** Answers the prompt; null is the end of input. */
  answer(text: string | null): void;
  /** Reads on, to the end with `all`. */
  readMore(all: boolean): void;
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
      answer(text) {
        updateTab(run.runId, { input: null });
        run.answer(text);
      },
      readMore: () => undefined,
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
  hasMore: false,
};

/** Hears the output of a run that executes elsewhere, as it is read. */
export type RecordListener = (run: Pick<Run, 'id' | 'tabId'>, records: readonly OutputRecord[]) => void;

/** Shows a run of the history in the console, or brings its tab to the front; one that still runs is followed. @throws NOT_FOUND */
export async function openStoredRun(runId: RunId, onRecords: RecordListener = () => undefined): Promise<void> {
  if (findTab(runId) !== undefined) {
    useConsoleStore.setState({ activeId: runId });
    return;
  }
  showStoredRun(await core.runs.get({ id: runId }), onRecords);
}

function showStoredRun(run: Run, onRecords: RecordListener): void {
  if (findTab(run.id) !== undefined) return;
  const log = new ConsoleLog();
  log.markSafe(Number.MAX_SAFE_INTEGER);
  const reader = createReader(run.id, log, (records) => onRecords(run, records));
  const isFollowed = run.engine === 'cluster' && !isEnded(run.status);
  addTab(
    { ...emptyTab, ...summaryPatch(run), runId: run.id, startedMs: run.startedMs, peakMemoryBytes: run.peakMemoryBytes, title: run.title, tabId: run.tabId, isLive: isFollowed },
    { runId: run.id, log, answer: () => undefined, readMore: reader.readMore, clear: () => log.clear(), dispose: reader.dispose },
  );
  reader.readMore(isFollowed);
}

/** What a summary tells about a tab. */
export function summaryPatch(run: RunSummary): Partial<ConsoleTab> {
  const { title, engine, mode, status, durationMs, exitCode, pythonVersion } = run;
  return { title, engine, mode, status, durationMs, exitCode, pythonVersion };
}

/** Reads a stored run by its cursor: some of it at once, more when it is asked for, and on while it still runs elsewhere. */
function createReader(runId: RunId, log: ConsoleLog, onRecords: (records: readonly OutputRecord[]) => void): { readMore(all: boolean): void; dispose(): void } {
  const controller = new AbortController();
  let limit = 0;
  let isReading = false;
  /** The run has ended, and all of it is here. */
  let isWhole = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  /** A long output is opened by its outline: where its lines are. Stretches with more than text are read, for their heights are not known. */
  async function readOutline(): Promise<void> {
    const { chunks } = await core.output.index({ runId }, { signal: controller.signal });
    if (chunks.reduce((length, chunk) => length + chunk.length, 0) < outlinedLength) return;
    let others: OutputChunk[] = [];
    for (const chunk of chunks) {
      if (!chunk.isText) others.push(chunk);
      else {
        await readChunks(others);
        others = [];
        log.acceptOutline(chunk);
      }
    }
    await readChunks(others);
    log.notify();
  }

  async function readChunks(chunks: readonly OutputChunk[]): Promise<void> {
    const last = chunks.at(-1)?.lastSeq ?? 0;
    while (log.lastSeq < last) {
      const page = await core.output.read({ runId, after: log.lastSeq, maxLength: pageLength }, { signal: controller.signal });
      const records = page.records.filter(({ seq }) => seq <= last);
      if (records.length === 0) return;
      log.accept(records);
      onRecords(records);
    }
  }

  async function read(): Promise<void> {
    isReading = true;
    let mayRetry = false;
    updateTab(runId, { isLoading: true, failure: null });
    try {
      if (log.lastSeq === 0) await readOutline();
      limit = Math.max(limit, log.length + 1);
      while (log.length < limit && !controller.signal.aborted) {
        const status = findTab(runId)?.status;
        const isRunning = status !== undefined && !isEnded(status);
        const input = { runId, after: log.lastSeq, maxLength: pageLength, waitMs: isRunning ? 20_000 : 0 };
        const page = await core.output.read(input, { signal: controller.signal });
        log.accept(page.records);
        onRecords(page.records);
        const isAtEnd = page.records.length === 0 || page.records.at(-1)?.seq === page.lastSeq;
        if (page.finished && isAtEnd) {
          if (isRunning) updateTab(runId, await endOf(runId));
          updateTab(runId, { hasMore: false });
          isWhole = true;
          return;
        }
        updateTab(runId, { hasMore: !isAtEnd });
      }
    } catch (caught) {
      const error = toAppError(caught);
      const status = findTab(runId)?.status;
      // The connection to the core comes back, or the window says so; a run that goes on is followed again by itself.
      mayRetry = error.retryable && status !== undefined && !isEnded(status);
      if (error.code !== 'CANCELLED' && !mayRetry) updateTab(runId, { failure: { message: error.message, action: error.action ?? null, retry: () => void read() } });
    } finally {
      isReading = false;
      updateTab(runId, { isLoading: false });
    }
    if (mayRetry && !controller.signal.aborted) retryTimer = setTimeout(() => void read(), retryMs);
  }

  return {
    readMore(all) {
      limit = all ? Infinity : Math.max(limit, log.length + readAheadLength);
      if (isReading || isWhole) return;
      clearTimeout(retryTimer);
      void read();
    },
    dispose() {
      clearTimeout(retryTimer);
      controller.abort();
    },
  };
}

async function endOf(runId: RunId): Promise<Partial<ConsoleTab>> {
  const run = await core.runs.get({ id: runId });
  return { ...summaryPatch(run), peakMemoryBytes: run.peakMemoryBytes };
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

const restoring = new Set<TextBlock>();

/** Reads the text of a block again that was put away. */
export async function restoreBlock(session: ConsoleSession, block: TextBlock): Promise<void> {
  if (restoring.has(block)) return;
  restoring.add(block);
  try {
    const records: OutputRecord[] = [];
    for (let after = block.firstSeq - 1; after < block.lastSeq; ) {
      const page = await core.output.read({ runId: session.runId, after, maxLength: Math.max(1, block.length) });
      records.push(...page.records);
      const last = page.records.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    session.log.restore(block, records);
  } finally {
    restoring.delete(block);
  }
}
