import { parentPort } from 'node:worker_threads';
import { zstdDecompressSync } from 'node:zlib';
import { jsonLines, Written, type JsonLines, type Place } from './jsonLines.ts';

/** What the thread is asked: chunks to decompress, or to write as NDJSON where a chunk's place is given. `size` is how many bytes it decompresses to, about. */
export interface ThreadRequest {
  id: number;
  chunks: { data: Uint8Array; size: number; place?: Place }[];
}

/** Null stands for what is damaged; what cannot be written here is decompressed. `written` is of all that is. */
export interface ThreadAnswer {
  id: number;
  results: (Uint8Array<ArrayBuffer> | JsonLines | null)[];
  written: Uint8Array<ArrayBuffer>;
}

function done({ data, size, place }: ThreadRequest['chunks'][number], written: Written): ThreadAnswer['results'][number] {
  try {
    const result = zstdDecompressSync(data, { chunkSize: size });
    const isPooled = result.buffer.byteLength <= Buffer.poolSize;
    const lines = place === undefined ? null : jsonLines(result, place, written);
    if (lines === null) return isPooled ? new Uint8Array(result) : result;
    // Held until the next collection, it would make for many of them.
    if (!isPooled) result.buffer.transfer(0);
    return lines;
  } catch {
    return null;
  }
}

/** What is written of the next chunks is about as much as of the last ones. */
let usualRatio = 2;

parentPort?.on('message', ({ id, chunks }: ThreadRequest) => {
  const expected = chunks.reduce((sum, { size, place }) => sum + (place === undefined ? 0 : size), 0);
  const written = new Written(Math.ceil(expected * usualRatio));
  const results = chunks.map((chunk) => done(chunk, written));
  if (expected > 0) usualRatio = Math.min(20, (written.size / expected) * 1.02);
  const answer: ThreadAnswer = { id, results, written: written.bytes };
  parentPort?.postMessage(answer, [written.bytes.buffer, ...results.flatMap((result) => (result instanceof Uint8Array ? [result.buffer] : []))]);
});
const ready: ThreadAnswer = { id: 0, results: [], written: new Uint8Array() };
parentPort?.postMessage(ready);
