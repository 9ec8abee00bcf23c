import { AppError, toAppError } from '../../../contract/errors.ts';
import { execInPod, followLog, kubeStatusOf, LineJoiner } from '../cluster/index.ts';
import type { JobHandle } from './context.ts';
import { hasRoomForReader, readEarly, soonestStartMs } from './earlyLog.ts';
import { seqOf, timeIn } from './logLine.ts';
import { LogParser, type LogListener } from './logParser.ts';
import type { FoundGap } from '../output/index.ts';
import { collectorContainer, mainContainer, runnerCommand } from './manifest/index.ts';
import { createOutputWriter } from './outputWriter.ts';
import { pause } from './pause.ts';

/** What is gathered before it is stored: at most for this long, and this much. */
const flushMs = 4;
const flushLength = 192 * 1024;
/** How far before the last known time a log is read again: `sinceTime` has whole seconds, and a note of the time is up to 50 ms old. */
const resumeMarginMs = 3_000;
/** A container that is about to start is asked for its log this often, and less so after a while, or when its beginning is here already. */
const askMs = 60;
const calmAskMs = 150;
const lateAskMs = 1_000;
const manyAsks = 50;
const retryMs = 1_000;
const maxFillTries = 5;
/** How long a stream may be silent before it is opened again. */
const silenceMs = 20_000;
/** How long a stream whose container has ended may go on without a word. */
const hangingMs = 5_000;
const lineFeed = 10;

export interface LogFollower {
  /** All there is has been stored. */
  readonly done: Promise<void>;
  /** The container has ended: what is left is read. `lastSeq` is the number of the runner's last line, where it is known. */
  finish(lastSeq: number | null): void;
  /** The connection was lost and is back: the log is read on from where it stands. */
  restart(): void;
  stop(): void;
}

export interface LogFollowerOptions {
  handle: JobHandle;
  pod: { name: string; uid: string };
  /** As far as is known its main container has not started yet. */
  isStarting: boolean;
  listener: LogListener;
  onTrouble(error: AppError): void;
}

/**
 * Brings the log of a pod's main container into the run's output, each line once. Its beginning comes from the runner's numbered copy, which can be
 * read before the log is served. A gap (a rotated log, a broken connection) is filled from there too; what is gone for good is named in the output.
 */
export function followPodLog({ handle, pod, isStarting, listener, onTrouble }: LogFollowerOptions): LogFollower {
  const { context, record } = handle;
  const known = context.store.cursor(record.key);
  const cursor = known.podUid === pod.uid ? known : { podUid: pod.uid, seq: 0, plainLines: 0, podMs: 0 };
  const parser = new LogParser(cursor, listener);
  const writer = createOutputWriter(handle, onTrouble);
  const stopping = new AbortController();
  const signal = AbortSignal.any([handle.signal, stopping.signal]);
  const early = new AbortController();
  let taking: Promise<unknown> = Promise.resolve();
  let turns = 0;
  let reading: AbortController | undefined;
  let flushTimer: NodeJS.Timeout | undefined;
  let flushedAt = 0;
  let silence: NodeJS.Timeout | undefined;
  let ending: { lastSeq: number | null } | undefined;
  let gaps: FoundGap[] = [];
  /** When a gap began of whose end the time is not known yet, by the pod's clock. */
  let gapFromMs: number | null = null;
  let torn = '';

  /** What the disk refuses waits in the writer, and the reader waits for it. */
  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (signal.aborted) return;
    const { steps, cursor: reached } = parser.take();
    const found = gaps;
    gaps = [];
    // Where a flood goes on behind a gap, its first time comes a little later.
    const isTold = gapFromMs !== null && parser.podMs > gapFromMs;
    const gapEndMs = isTold ? parser.podMs : null;
    if (isTold) gapFromMs = null;
    // What is no output, such as a measurement, must not make the line after it wait.
    if (steps.length > 0) flushedAt = performance.now();
    try {
      writer.write(steps, reached, found, gapEndMs);
    } catch (error) {
      onTrouble(toAppError(error));
    }
  }

  /** One at a time: the log, and the runner's copy while that is ahead. With nothing before it, it begins before this returns. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = turns === 0 ? work() : taking.then(work);
    turns++;
    const ended = (): void => void turns--;
    taking = turn.then(ended, ended);
    return turn;
  }

  /**
   * Takes a block of the log, at once where nothing has to be waited for: then its lines are stored, and their readers woken, before this returns.
   * @returns whether the log goes on
   */
  function take(block: Buffer): boolean | Promise<boolean> {
    if (turns > 0 || writer.isBlocked) return inTurn(() => takeAfter(block));
    const lines = wholeLinesOf(block);
    const at = parser.consume(lines);
    if (at < lines.length) return inTurn(() => fill(lines, at));
    gather();
    return !parser.isComplete;
  }

  async function takeAfter(block: Buffer): Promise<boolean> {
    if (writer.isBlocked) await writer.settle(signal);
    return fill(wholeLinesOf(block), 0);
  }

  /** Understands the lines from index `from` on, and fills the gaps before and between them. */
  async function fill(lines: readonly string[], from: number): Promise<boolean> {
    for (let at = parser.consume(lines, from); at < lines.length; at = parser.consume(lines, at)) await fillUpTo(seqOf(lines[at] ?? ''), timeIn(lines, at));
    gather();
    return !parser.isComplete;
  }

  function wholeLinesOf(block: Buffer): string[] {
    const lines = linesOf(block);
    // The runner ends each line: a stream that ended within one leaves it to the next, or to the copy.
    if (block.at(-1) !== lineFeed && seqOf(lines.at(-1) ?? '') > 0) torn = lines.pop() ?? '';
    return lines;
  }

  async function takeEarly(block: Buffer): Promise<boolean> {
    if (writer.isBlocked) await writer.settle(signal);
    const isSound = !early.signal.aborted && parser.consumeEarly(linesOf(block));
    gather();
    return isSound;
  }

  function gather(): void {
    // The first line after a pause goes on at once; those that follow it closely are gathered.
    if (parser.pendingLength >= flushLength || performance.now() - flushedAt > flushMs) flush();
    else flushTimer ??= setTimeout(flush, flushMs);
  }

  /** Reads the lines before `next` from the runner's copy; what nobody has any more is named. */
  async function fillUpTo(next: number, toMs: number | null): Promise<void> {
    let reason: FoundGap['reason'] = 'rotated';
    for (let failures = 0; parser.seq + 1 < next; ) {
      const [before, isInMain] = [parser.seq, ending === undefined];
      try {
        await readCopy(isInMain ? mainContainer : collectorContainer, next - 1);
        // What a command says may be cut off where its container ends, and nothing tells so: only who hears nothing more has heard all.
        if (parser.seq === before && isInMain === (ending === undefined)) break;
      } catch (error) {
        signal.throwIfAborted();
        const failure = toAppError(error);
        if (++failures < maxFillTries && (failure.code === 'UNAVAILABLE' || failure.code === 'TIMEOUT')) await pause(retryMs, signal);
        else {
          context.log(`the numbered copy of ${record.jobName} could not be read: ${failure.message}`);
          reason = 'copyUnreadable';
          break;
        }
      }
    }
    skipTo(next, toMs, reason);
  }

  /** Reads the runner's copy from where the parser stands; a gap in it is final. */
  async function readCopy(container: string, to: number): Promise<void> {
    const joiner = new LineJoiner();
    const consume = (block: Buffer): void => {
      const lines = linesOf(block);
      for (let at = parser.consume(lines); at < lines.length; at = parser.consume(lines, at)) skipTo(seqOf(lines[at] ?? ''), timeIn(lines, at), 'rotated');
      if (parser.pendingLength >= flushLength) flush();
    };
    const { exitCode, stderr } = await execInPod(handle.client(), {
      namespace: record.namespace,
      pod: pod.name,
      container,
      command: runnerCommand(record.facts.profile, 'read-log', String(parser.seq + 1), String(to)),
      signal,
      onStdout: async (chunk) => {
        if (writer.isBlocked) await writer.settle(signal);
        for (const block of joiner.push(chunk)) consume(block);
      },
    });
    // Killed in the middle of it, by a lack of memory for one: what it did not tell is no gap yet.
    if (exitCode !== 0) throw new AppError('UNAVAILABLE', `Reading it ended with exit code ${exitCode}. ${stderr}`.trim());
    // What is left without a line feed is a line that was cut off.
  }

  function skipTo(next: number, toMs: number | null, reason: FoundGap['reason']): void {
    const missing = next - parser.seq - 1;
    if (missing <= 0) return;
    gaps.push({ lines: missing, fromMs: parser.podMs === 0 ? null : parser.podMs, toMs, reason });
    if (toMs === null) gapFromMs = parser.podMs;
    parser.skipTo(next, `Here ${missing === 1 ? 'a line is' : `${missing} lines are`} missing: the cluster dropped them before they could be read.`);
  }

  async function readOnce(follow: boolean): Promise<void> {
    parser.reopened();
    reading = new AbortController();
    const since = parser.resumeMs === null ? {} : { sinceTime: `${new Date(parser.resumeMs - resumeMarginMs).toISOString().slice(0, 19)}Z` };
    const request = { namespace: record.namespace, pod: pod.name, container: mainContainer, follow, ...since, signal: AbortSignal.any([signal, reading.signal]) };
    await followLog(handle.client(), request, (block) => {
      hearing();
      // Each call of abort() makes an error, also when it has been called before.
      if (!early.signal.aborted) early.abort();
      return take(block);
    });
  }

  /** The runner measures every few seconds, so a stream that says nothing for long is dead, though nobody has told. */
  function hearing(): void {
    if (silence === undefined) silence = setTimeout(() => reading?.abort(), silenceMs);
    else silence.refresh();
  }

  async function run(): Promise<void> {
    if (isStarting && hasRoomForReader(record.facts.profile)) {
      const target = { client: () => handle.client(), namespace: record.namespace, pod: pod.name, python: record.facts.profile.python };
      void readEarly(target, { signal: AbortSignal.any([signal, early.signal]), onBlock: (block) => inTurn(() => takeEarly(block)), onFault: onTrouble });
      await pause(soonestStartMs, signal);
    }
    for (let asks = 0, failures = 0; !parser.isComplete; ) {
      const last = ending;
      try {
        await readOnce(last === undefined);
        if (last !== undefined) break;
        asks = 0;
        failures = 0;
        // The kubelet ends a stream when the container ends, and when it rotates the file: the pod's state will say which it was.
        await pause(askMs, signal);
      } catch (error) {
        signal.throwIfAborted();
        const failure = toAppError(error);
        const code = kubeStatusOf(failure)?.code;
        // 400: the container has not started; 404: there is no pod (any more).
        const isThere = code !== 400 && code !== 404;
        if (!isThere && last !== undefined) break;
        if (!isThere) await pause(++asks > manyAsks ? lateAskMs : parser.seq > 0 ? calmAskMs : askMs, signal);
        // A stream that broke off is opened again at once; a second failure says that something is wrong.
        else if (failure.code !== 'CANCELLED' && ++failures > 1) {
          onTrouble(failure);
          await pause(retryMs, signal);
        }
      }
    }
    early.abort();
    await inTurn(async () => {
      const lastSeq = ending?.lastSeq ?? null;
      if (!parser.isComplete && lastSeq !== null && parser.seq < lastSeq) await fillUpTo(lastSeq + 1, null);
      // The last words of a runner that was killed in the middle of them.
      if (seqOf(torn) > parser.seq) parser.consume([torn]);
      parser.end();
    });
    const lastSeq = ending?.lastSeq ?? null;
    clearTimeout(silence);
    flush();
    await writer.end(parser.isComplete || (lastSeq !== null && parser.seq >= lastSeq), signal);
  }

  const done = run();
  // Whoever stops the follower is not waiting for it.
  done.catch((error: unknown) => {
    if (!signal.aborted) context.log(`the log of ${record.jobName} could not be read to its end: ${toAppError(error).message}`);
  });

  return {
    done,
    finish(lastSeq) {
      if (ending !== undefined) return;
      ending = { lastSeq };
      early.abort();
      const hanging = setTimeout(() => reading?.abort(), hangingMs);
      void done.catch(() => undefined).finally(() => clearTimeout(hanging));
    },
    restart: () => reading?.abort(),
    stop: () => {
      stopping.abort();
      clearTimeout(flushTimer);
      clearTimeout(silence);
    },
  };
}

function linesOf(block: Buffer): string[] {
  const lines = block.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
