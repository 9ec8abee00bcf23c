import type { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { TextStream } from '../../../contract/output.ts';
import { OutputSource } from '../../../contract/outputFilter.ts';
import { startThread } from '../threads.ts';
import type { ThreadRequest } from './outputProgram.ts';

/** Fewer chunks than this are decompressed by whoever needs them: to wake another thread takes as long. */
const worthwhile = 8;
/** A thread that nobody needs for so long is ended. */
const idleMs = 2_000;

/** Nothing that a thread answers is shared memory. */
const Bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);
const Lines = z.object({
  start: z.number(),
  end: z.number(),
  head: z.string().nullable(),
  open: z.object({ row: z.number(), timeMs: z.number(), stream: TextStream, source: z.union([OutputSource, z.undefined()]), text: z.string() }).nullable(),
});
const Answer = z.object({ id: z.number(), results: z.array(z.union([Bytes, Lines]).nullable()), written: Bytes });
type Result = Pick<z.infer<typeof Answer>, 'results' | 'written'>;

/** A view of a larger buffer would take all of that along. */
function wholeOf(data: Uint8Array): Uint8Array {
  return data.byteLength === data.buffer.byteLength ? data : data.slice();
}

/** A thread that decompresses many chunks at a time, or writes them as NDJSON, while what they hold is looked through in this one. It starts when it is needed first, and keeps no process alive. */
class OutputThread {
  #worker: Worker | null = null;
  #isReady = false;
  /** Those who wait until it has started, or has not. */
  #starting: (() => void)[] = [];
  #hasFailed = false;
  #asked = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #waiting = new Map<number, (result: Result) => void>();

  /** @returns what they hold, or their lines where their place is told (`jsonLines`); null for those that are damaged, or that are left to the caller */
  ask(chunks: Readonly<ThreadRequest['chunks']>): Promise<Result> {
    const none = { results: chunks.map(() => null), written: new Uint8Array() };
    if (chunks.length < worthwhile || this.#hasFailed) return Promise.resolve(none);
    this.#need();
    // Until it has started, nobody waits for it.
    if (!this.#isReady) return Promise.resolve(none);
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, (result) => resolve(result.results.length === chunks.length ? result : none));
      this.#worker?.postMessage({ id, chunks: chunks.map((chunk) => ({ ...chunk, data: wholeOf(chunk.data) })) } satisfies ThreadRequest);
    });
  }

  /** Starts it, if it is not there: much is to come. @returns when it has started, or cannot */
  start(): Promise<void> {
    if (this.#hasFailed) return Promise.resolve();
    this.#need();
    return this.#isReady ? Promise.resolve() : new Promise((resolve) => this.#starting.push(resolve));
  }

  #need(): void {
    this.#worker ??= this.#create();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), idleMs).unref();
  }

  #started(): void {
    for (const resolve of this.#starting.splice(0)) resolve();
  }

  #create(): Worker {
    const worker = startThread('output', { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 });
    worker.unref();
    worker.on('message', (message: unknown) => {
      const { id, ...result } = Answer.parse(message);
      this.#isReady = true;
      this.#started();
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
    worker.on('error', () => {
      // Out of memory, or there is no thread to be had: everything goes on without it.
      this.#hasFailed = true;
      this.#end();
    });
    return worker;
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = null;
    this.#isReady = false;
    this.#started();
    for (const answer of this.#waiting.values()) answer({ results: [], written: new Uint8Array() });
    this.#waiting.clear();
  }
}

export const outputThread = new OutputThread();
