import { isEnded, toAppError, type OutputRecord, type RunId, type RunSummary } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { findTab, updateTab, type ConsoleTab } from './consoleStore.ts';
import type { TextBlock } from './model/blocks.ts';
import { ConsoleLog } from './model/consoleLog.ts';
import { stretchesOf } from './model/outline.ts';

/** Characters that one read asks for. */
const pageLength = 1024 * 1024;
/** Characters of a run that comes in a flood which are read at once; of what is more, the newest, and where the lines before it are. */
const floodLength = 128 * 1024;
const tailLength = 64 * 1024;
/** Shortest time from one page to the next, in milliseconds: a few frames in a flood, else one. */
const floodPauseMs = 48;
const pauseMs = 16;
/** How long to wait before a run is followed again after the connection to the core was lost, in milliseconds. */
const retryMs = 300;

/** What a summary tells about a tab. */
export function summaryPatch(run: RunSummary): Partial<ConsoleTab> {
  const { title, engine, mode, status, durationMs, exitCode, pythonVersion } = run;
  return { title, engine, mode, status, durationMs, exitCode, pythonVersion };
}

type Page = Awaited<ReturnType<typeof core.output.read>>;

/** The end of a stored output; all of it when it is not long. */
export function readTail(runId: RunId): Promise<Page> {
  return core.output.read({ runId, after: 0, maxLength: pageLength, tailLength });
}

/** Whether the end of an output can be shown before what precedes it is known: nothing in it redraws what was displayed earlier. */
function standsAlone(records: readonly OutputRecord[]): boolean {
  return records.every(({ body }) => body.kind !== 'display' || body.update !== true);
}

/**
 * Reads a stored run: its end at once, then where the lines before it are, and on while it still runs elsewhere. In a flood only the newest text is
 * read, a few times a second. What is not read is read when it comes into sight.
 *
 * @param first what `readTail` gives, asked for already
 * @param onWhole called when all that was stored has its place in the log
 */
export function createReader(
  { runId, log, first, onRecords, onWhole }: { runId: RunId; log: ConsoleLog; first: Promise<Page>; onRecords(records: readonly OutputRecord[]): void; onWhole(): void },
): { dispose(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  let asked: Promise<Page> | null = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The record before which all is missing in the log; null when nothing is. */
  let headBefore: number | null = null;

  /** Reads what follows a log, up to a record. Where a stretch is damaged it is passed over, and a note says so. */
  async function readUpTo(into: ConsoleLog, last: number): Promise<void> {
    while (into.lastSeq < last) {
      try {
        const page = await core.output.read({ runId, after: into.lastSeq, maxLength: pageLength }, { signal });
        const records = page.records.filter(({ seq }) => seq <= last);
        if (records.length === 0) return;
        into.accept(records);
        onRecords(records);
      } catch (caught) {
        const error = toAppError(caught);
        const { chunks } = await core.output.index({ runId }, { signal });
        const damaged = chunks.find((chunk) => chunk.lastSeq > into.lastSeq);
        if (error.code !== 'STORAGE_CORRUPT' || damaged === undefined) throw error;
        into.acceptDamaged(damaged, error.message);
      }
    }
  }

  /** Takes where the lines are that follow a log. Stretches with more than text are read, for their heights are not known. */
  async function takeOutline(into: ConsoleLog, before: number | undefined): Promise<void> {
    const outline = await core.output.outline({ runId, after: into.lastSeq, ...(before === undefined ? {} : { before }) }, { signal });
    let unread = 0;
    for (const stretch of stretchesOf(outline, into.lastSeq)) {
      if (stretch.isText) {
        await readUpTo(into, unread);
        into.acceptOutline(stretch);
      } else unread = stretch.lastSeq;
    }
    await readUpTo(into, unread);
  }

  async function readHead(): Promise<void> {
    if (headBefore === null) return;
    const head = new ConsoleLog();
    head.markSafe(Number.MAX_SAFE_INTEGER);
    await takeOutline(head, headBefore);
    log.prepend(head);
    headBefore = null;
  }

  async function nextPage(isRunning: boolean): Promise<Page> {
    const page = asked ?? core.output.read({ runId, after: log.lastSeq, maxLength: log.lastSeq === 0 ? pageLength : floodLength, tailLength, waitMs: isRunning ? 20_000 : 0 }, { signal });
    asked = null;
    return page;
  }

  /** Null when the newest stretch is damaged: it was passed over. */
  async function nextOrDamaged(isRunning: boolean): Promise<Page | null> {
    try {
      return await nextPage(isRunning);
    } catch (caught) {
      if (toAppError(caught).code !== 'STORAGE_CORRUPT') throw caught;
      await takeOutline(log, undefined);
      log.notify();
      return null;
    }
  }

  /** @returns whether all of it is here */
  async function readOn(isRunning: boolean): Promise<boolean> {
    const page = await nextOrDamaged(isRunning);
    if (page === null) return false;
    const { records, finished } = page;
    const before = records[0]?.seq ?? 0;
    const leavesOut = before > log.lastSeq + 1;
    if (leavesOut && log.lastSeq === 0 && standsAlone(records)) {
      log.startAfter(before - 1);
      headBefore = before;
    } else if (leavesOut) await takeOutline(log, before);
    log.accept(records);
    onRecords(records);
    await readHead();
    onWhole();
    if (finished || (!isRunning && records.length === 0)) return true;
    await new Promise((resolve) => {
      timer = setTimeout(resolve, leavesOut ? floodPauseMs : pauseMs);
    });
    return false;
  }

  async function read(): Promise<void> {
    updateTab(runId, { isLoading: true, failure: null });
    try {
      await readHead();
      for (;;) {
        const status = findTab(runId)?.status;
        const isRunning = status !== undefined && !isEnded(status);
        if (await readOn(isRunning)) {
          updateTab(runId, { isLoading: false, ...(isRunning ? await endOf(runId) : {}) });
          return;
        }
      }
    } catch (caught) {
      if (signal.aborted) return;
      onWhole();
      const error = toAppError(caught);
      const status = findTab(runId)?.status;
      // The connection to the core comes back, or the window says so; a run that goes on is followed again by itself.
      const mayRetry = error.retryable && status !== undefined && !isEnded(status);
      updateTab(runId, { isLoading: false, ...(mayRetry ? {} : { failure: { message: error.message, action: error.action ?? null, retry: () => void read() } }) });
      if (mayRetry) timer = setTimeout(() => void read(), retryMs);
    }
  }

  void read();
  return {
    dispose() {
      clearTimeout(timer);
      controller.abort();
    },
  };
}

async function endOf(runId: RunId): Promise<Partial<ConsoleTab>> {
  const run = await core.runs.get({ id: runId });
  return { ...summaryPatch(run), peakMemoryBytes: run.peakMemoryBytes };
}

const restoring = new Map<TextBlock, Promise<void>>();

/** Reads the text of a block again that was put away; once, whoever asks. */
export function restoreBlock(session: { runId: RunId; log: ConsoleLog }, block: TextBlock): Promise<void> {
  const known = restoring.get(block) ?? readBlock(session, block).finally(() => restoring.delete(block));
  restoring.set(block, known);
  return known;
}

async function readBlock({ runId, log }: { runId: RunId; log: ConsoleLog }, block: TextBlock): Promise<void> {
  try {
    const records: OutputRecord[] = [];
    for (let after = block.firstSeq - 1; after < block.lastSeq; ) {
      const page = await core.output.read({ runId, after, maxLength: Math.max(1, block.length) });
      records.push(...page.records);
      const last = page.records.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    log.restore(block, records);
  } catch (caught) {
    if (toAppError(caught).code !== 'STORAGE_CORRUPT') throw caught;
    log.restore(block, damagedText(block));
  }
}

/** Stands in a block that cannot be read, so that its lines keep their places. */
function damagedText({ firstSeq, lastSeq, lastMs, lineCount, closed }: TextBlock): OutputRecord[] {
  const mark = `[The stored output from record ${firstSeq} to ${lastSeq} is damaged and cannot be read.]`;
  const text = Array.from({ length: Math.max(1, lineCount) }, () => mark).join('\n');
  return [{ seq: firstSeq, timeMs: lastMs, body: { kind: 'text', stream: 'stderr', text: closed ? `${text}\n` : text } }];
}
