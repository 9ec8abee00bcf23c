import type { PlacedChunk } from './chunks.ts';
import { chunkFlags, columnBytesOf, encodings, forget, isWhole, keepDecompressed, sizeOf, type StoredChunk } from './codec.ts';
import { outputThread } from './outputThread.ts';
import { jsonLines, type JsonLines as Lines, type Place, type Written } from './jsonLines.ts';

/** A longer chunk may hold a line that is longer than is kept. */
const longest = 512 * 1024;

/** Whole lines of a chunk, and what else is in it. */
export interface JsonLines extends Pick<Lines, 'head' | 'open'> {
  bytes: Uint8Array<ArrayBuffer>;
}

/** So many chunks are asked for at once. Those that follow in the same step are left to this thread, which has less to do than the other and would wait for it. */
const mostAsked = 8;

/** What another thread has written, until it is used. */
const ahead = new WeakMap<StoredChunk, { lines: JsonLines; place: Place }>();

/** Has chunks that follow `before` written as NDJSON in another thread, as far as it can. Others are decompressed; those that are damaged, or few, are left as they are, and so are those after the first eight. */
export async function writeJsonAhead(chunks: readonly PlacedChunk[], before: PlacedChunk): Promise<void> {
  const asked = chunks
    .map((chunk, i) => ({ chunk, place: { line: chunk.feeds_before, isOpen: !isClosed(chunks[i - 1] ?? before) } }))
    .slice(0, mostAsked)
    .filter(({ chunk }) => chunk.encoding === encodings.columns && chunk.length <= longest && isWhole(chunk));
  const { results, written } = await outputThread.ask(asked.map(({ chunk, place }) => ({ data: chunk.data, size: sizeOf(chunk), place })));
  for (const [i, { chunk, place }] of asked.entries()) {
    const lines = results[i];
    if (lines instanceof Uint8Array) keepDecompressed(chunk, lines);
    else if (lines != null) ahead.set(chunk, { lines: { ...lines, bytes: written.subarray(lines.start, lines.end) }, place });
  }
}

function isClosed({ flags }: StoredChunk): boolean {
  return (flags & chunkFlags.closed) !== 0;
}

/** What was written of a chunk, if it was, and for this place. */
export function jsonWritten(chunk: StoredChunk, { line, isOpen }: Place): JsonLines | null {
  const known = ahead.get(chunk);
  ahead.delete(chunk);
  return known?.place.line === line && known.place.isOpen === isOpen ? known.lines : null;
}

/** Writes a chunk of which no other thread has anything, in the same way. @returns null where that is left to `LineWriter` */
export function writeJsonHere(chunk: StoredChunk, place: Place, written: Written): JsonLines | null {
  const columns = chunk.length > longest ? null : columnBytesOf(chunk);
  const lines = columns === null ? null : jsonLines(columns, place, written);
  if (lines === null) return null;
  forget(chunk);
  return { ...lines, bytes: written.bytes.subarray(lines.start, lines.end) };
}
