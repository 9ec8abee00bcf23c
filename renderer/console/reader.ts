import { isEnded, toAppError, type OutputOutline, type OutputRecord, type RunId, type RunSummary } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { findTab, updateTab, type ConsoleTab } from './consoleStore.ts';
import type { TextBlock } from './model/blocks.ts';
import type { ConsoleLog } from './model/consoleLog.ts';
import { stretchesOf, type Stretch } from './model/outline.ts';

/** Characters that one read asks for. */
const pageLength = 1024 * 1024;
/** How long to wait before a run is followed again after the connection to the core was lost, in milliseconds. */
const retryMs = 300;
/** An output of this many characters or more is opened by its outline. */
const outlinedLength = 1024 * 1024;
/** Characters of a run out of the history that are read without being asked for. */
const readAheadLength = 16 * 1024 * 1024;

/** What a summary tells about a tab. */
export function summaryPatch(run: RunSummary): Partial<ConsoleTab> {
  const { title, engine, mode, status, durationMs, exitCode, pythonVersion } = run;
  return { title, engine, mode, status, durationMs, exitCode, pythonVersion };
}

/** Reads a stored run by its cursor: some of it at once, more when it is asked for, and on while it still runs elsewhere. */
export function createReader(runId: RunId, log: ConsoleLog, outline: Promise<OutputOutline>, onRecords: (records: readonly OutputRecord[]) => void): { readMore(all: boolean): void; dispose(): void } {
  const controller = new AbortController();
  let limit = 0;
  let isReading = false;
  /** The run has ended, and all of it is here. */
  let isWhole = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  /** A long output is opened by its outline: where its lines are. Stretches with more than text are read, for their heights are not known. */
  async function readOutline(): Promise<void> {
    const chunks = stretchesOf(await outline.catch(() => core.output.outline({ runId }, { signal: controller.signal })));
    if (chunks.reduce((length, chunk) => length + chunk.length, 0) < outlinedLength) return;
    let others: Stretch[] = [];
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

  /** Null where a stretch is damaged: it was passed over, and a note says so. */
  async function readPage(input: Parameters<typeof core.output.read>[0]): Promise<Awaited<ReturnType<typeof core.output.read>> | null> {
    try {
      return await core.output.read(input, { signal: controller.signal });
    } catch (caught) {
      const error = toAppError(caught);
      const { chunks } = await core.output.index({ runId }, { signal: controller.signal });
      const damaged = chunks.find((chunk) => chunk.lastSeq > log.lastSeq);
      if (error.code !== 'STORAGE_CORRUPT' || damaged === undefined) throw error;
      log.acceptDamaged(damaged, error.message);
      return null;
    }
  }

  async function readChunks(chunks: readonly Stretch[]): Promise<void> {
    const last = chunks.at(-1)?.lastSeq ?? 0;
    while (log.lastSeq < last) {
      const page = await readPage({ runId, after: log.lastSeq, maxLength: pageLength });
      if (page === null) continue;
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
        const page = await readPage(input);
        if (page === null) continue;
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

const restoring = new Set<TextBlock>();

/** Reads the text of a block again that was put away. */
export async function restoreBlock(session: { runId: RunId; log: ConsoleLog }, block: TextBlock): Promise<void> {
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
  } catch (caught) {
    if (toAppError(caught).code !== 'STORAGE_CORRUPT') throw caught;
    session.log.restore(block, damagedText(block));
  } finally {
    restoring.delete(block);
  }
}

/** Stands in a block that cannot be read, so that its lines keep their places. */
function damagedText({ firstSeq, lastSeq, lastMs, lineCount, closed }: TextBlock): OutputRecord[] {
  const mark = `[The stored output from record ${firstSeq} to ${lastSeq} is damaged and cannot be read.]`;
  const text = Array.from({ length: Math.max(1, lineCount) }, () => mark).join('\n');
  return [{ seq: firstSeq, timeMs: lastMs, body: { kind: 'text', stream: 'stderr', text: closed ? `${text}\n` : text } }];
}
