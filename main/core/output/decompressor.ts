import { Worker } from 'node:worker_threads';
import { z } from 'zod';

/** Fewer chunks than this are decompressed by whoever needs them: to wake another thread takes as long. */
const worthwhile = 8;
/** A thread that nobody needs for so long is ended. */
const idleMs = 2_000;

/** What the thread runs, as text, so that it is no file of its own. It answers null for what is damaged. A small result lies in Node's pool, which must not be given away. */
const program = `
const { parentPort } = require('node:worker_threads');
const { zstdDecompressSync } = require('node:zlib');
parentPort.on('message', ({ id, chunks }) => {
  const results = chunks.map(({ data, size }) => {
    try {
      const result = zstdDecompressSync(data, { chunkSize: size });
      return result.buffer.byteLength > 65536 ? result : new Uint8Array(result);
    } catch {
      return null;
    }
  });
  parentPort.postMessage({ id, results }, results.flatMap((result) => (result === null ? [] : [result.buffer])));
});
parentPort.postMessage({ id: 0, results: [] });
`;

const Answer = z.object({ id: z.number(), results: z.array(z.instanceof(Uint8Array<ArrayBuffer>).nullable()) });

/** @param size bytes that the result will have, about */
export interface Compressed {
  data: Uint8Array;
  size: number;
}

/** A thread that decompresses many chunks at a time, while what they hold is looked through in this one. It starts when it is needed first, and keeps no process alive. */
class Decompressor {
  #worker: Worker | null = null;
  #isReady = false;
  #hasFailed = false;
  #asked = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #waiting = new Map<number, (results: (Uint8Array<ArrayBuffer> | null)[]) => void>();

  /** @returns what they hold; null for those that are damaged, or that are left to the caller */
  decompress(chunks: readonly Compressed[]): Promise<(Uint8Array<ArrayBuffer> | null)[]> {
    const none = chunks.map(() => null);
    if (chunks.length < worthwhile || this.#hasFailed) return Promise.resolve(none);
    this.#worker ??= this.#start();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), idleMs).unref();
    // Until it has started, nobody waits for it.
    if (!this.#isReady) return Promise.resolve(none);
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, (results) => resolve(results.length === chunks.length ? results : none));
      // A view of a larger buffer would take all of that along.
      this.#worker?.postMessage({ id, chunks: chunks.map(({ data, size }) => ({ size, data: data.byteLength === data.buffer.byteLength ? data : data.slice() })) });
    });
  }

  #start(): Worker {
    const worker = new Worker(program, { eval: true, execArgv: [], env: {}, resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 } });
    worker.unref();
    worker.on('message', (message: unknown) => {
      const { id, results } = Answer.parse(message);
      this.#isReady = true;
      this.#waiting.get(id)?.(results);
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
    for (const answer of this.#waiting.values()) answer([]);
    this.#waiting.clear();
  }
}

export const decompressor = new Decompressor();
