import { maxBatchRecords, toAppError, type AppError, type OutputBody, type OutputRecord, type RunId } from '../../contract/index.ts';

/**
 * Characters of text at which a batch is full; a record that is larger by itself goes alone. The window draws nothing while it writes a batch to
 * the core: a megabyte takes 15 to 60 ms.
 */
export const maxBatchLength = 256 * 1024;
/** How long a batch is filled before it goes, unless one is in flight. */
export const fillMs = 4;
const firstRetryMs = 50;
const maxRetryMs = 2000;

export interface OutputPumpOptions {
  runId: RunId;
  append(input: { runId: RunId; records: OutputRecord[] }): Promise<{ lastSeq: number }>;
  /** Records `firstSeq` to `lastSeq` are on disk (or were refused for good). */
  onStored(firstSeq: number, lastSeq: number): void;
  /** Storing waits and is tried again (a full disk, no connection); null once it works again. */
  onWaiting(error: AppError | null): void;
  /** Output can never be stored (the run was deleted, belongs to another window): the rest is shown, but not kept. */
  onRefused(error: AppError): void;
}

/** Carries the records of one run to the core: numbered without a gap, in batches, one in flight, again until they are stored. */
export interface OutputPump {
  /** Numbers a step of the output and queues it. @returns the record, to be drawn at once */
  push(body: OutputBody): OutputRecord;
  /** Resolves when all that was pushed is stored, or was refused for good. */
  drained(): Promise<void>;
  /** Tries at once what waits for its next try: the connection is back. */
  retryNow(): void;
}

function lengthOf(body: OutputBody): number {
  if (body.kind === 'text') return body.text.length;
  if (body.kind === 'error') return body.traceback.length;
  if (body.kind === 'note') return body.text.length;
  let length = 0;
  for (const data of Object.values(body.bundle)) length += typeof data === 'string' ? data.length : 1024;
  return length;
}

export function createOutputPump(options: OutputPumpOptions): OutputPump {
  let lastSeq = 0;
  let queue: OutputRecord[] = [];
  let isBusy = false;
  let isRefused = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let wake: (() => void) | null = null;
  const waiters: (() => void)[] = [];

  function takeBatch(): OutputRecord[] {
    let length = 0;
    let count = 0;
    for (const { body } of queue) {
      length += lengthOf(body);
      if (count > 0 && (length > maxBatchLength || count >= maxBatchRecords)) break;
      count++;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  async function append(records: OutputRecord[]): Promise<void> {
    let retryMs = firstRetryMs;
    for (let isWaiting = false; ; ) {
      try {
        await options.append({ runId: options.runId, records });
        if (isWaiting) options.onWaiting(null);
        return;
      } catch (caught) {
        const error = toAppError(caught);
        if (!error.retryable && error.code !== 'STORAGE_READ_ONLY') {
          isRefused = true;
          options.onRefused(error);
          return;
        }
        if (!isWaiting) options.onWaiting(error);
        isWaiting = true;
      }
      await pause(retryMs);
      retryMs = Math.min(maxRetryMs, retryMs * 2);
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const sleep = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(sleep);
        resolve();
      };
    });
  }

  async function send(): Promise<void> {
    timer = null;
    if (isBusy) return;
    isBusy = true;
    while (queue.length > 0) {
      const batch = takeBatch();
      // Refused for good: the kernel must still be acknowledged, or it would wait for ever.
      if (!isRefused) await append(batch);
      options.onStored(batch[0]?.seq ?? 0, batch.at(-1)?.seq ?? 0);
    }
    isBusy = false;
    for (const waiter of waiters.splice(0)) waiter();
  }

  return {
    push(body) {
      const record: OutputRecord = { seq: ++lastSeq, timeMs: Date.now(), body };
      queue.push(record);
      if (!isBusy && timer === null) timer = setTimeout(() => void send(), fillMs);
      return record;
    },
    drained() {
      if (!isBusy && queue.length === 0) return Promise.resolve();
      const done = new Promise<void>((resolve) => waiters.push(resolve));
      if (timer !== null) {
        clearTimeout(timer);
        void send();
      }
      return done;
    },
    retryNow() {
      wake?.();
    },
  };
}
