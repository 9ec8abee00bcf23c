import { crc32, zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { OutputRecord } from '../../../contract/output.ts';
import { packColumns, textBytes, unpackColumns, type Columns } from './columns.ts';
import { outputThread } from './outputThread.ts';

/** How a chunk's records are stored: JSON as it is or compressed, or columns (their texts as one) compressed. */
export const encodings = { json: 0, zstd: 1, columns: 2 } as const;
export type Encoding = (typeof encodings)[keyof typeof encodings];

/** Chunks are gathered until their text has about this many characters, then compressed for good. */
export const chunkBytes = 128 * 1024;

/** What a chunk's `flags` say: bits. */
export const chunkFlags = {
  /** The output's text ends with a line feed after it, or there is no text yet. */
  closed: 1,
  /** It holds records that are not text. */
  mixed: 2,
  /** It is from a release that knew neither times nor flags of chunks. */
  unknown: 4,
} as const;

export interface ChunkHead {
  first_seq: number;
  last_seq: number;
  length: number;
  line_feeds: number;
  encoding: number;
  /** Earliest and latest time of its records, milliseconds since 1970. */
  first_ms: number;
  last_ms: number;
  flags: number;
}

export interface StoredChunk extends ChunkHead {
  checksum: number;
  data: Uint8Array;
}

/** The text of a record that search and line numbers see: what was printed, and tracebacks. */
export function textOf(record: OutputRecord): string {
  if (record.body.kind === 'text') return record.body.text;
  if (record.body.kind === 'error') return record.body.traceback;
  return '';
}

/** What a record weighs against a reader's `maxLength`, in characters: its text, or its bundle as JSON. */
export function weightOf(record: OutputRecord): number {
  const body = record.body;
  if (body.kind === 'display' || body.kind === 'result') return JSON.stringify(body.bundle).length;
  if (body.kind === 'note') return body.text.length;
  return textOf(record).length;
}

export function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/**
 * Packs records, which must not be empty and follow each other, into one chunk.
 * @param wasClosed the text before them ended with a line feed
 */
export function encodeChunk(records: readonly OutputRecord[], encoding: Encoding, wasClosed: boolean): StoredChunk {
  const head = headOf(records, encoding, wasClosed);
  const data = encoding === encodings.json ? Buffer.from(JSON.stringify(records)) : compress(encoding === encodings.zstd ? Buffer.from(JSON.stringify(records)) : packColumns(records));
  return { ...head, checksum: checksumOf(head, data), data };
}

function headOf(records: readonly OutputRecord[], encoding: Encoding, wasClosed: boolean): ChunkHead {
  let length = 0;
  let line_feeds = 0;
  let first_ms = records[0]?.timeMs ?? 0;
  let last_ms = first_ms;
  let closed = wasClosed;
  let mixed = false;
  for (const record of records) {
    const text = textOf(record);
    length += text.length;
    line_feeds += countLineFeeds(text);
    if (text !== '') closed = text.endsWith('\n');
    if (record.body.kind !== 'text') mixed = true;
    first_ms = Math.min(first_ms, record.timeMs);
    last_ms = Math.max(last_ms, record.timeMs);
  }
  const flags = (closed ? chunkFlags.closed : 0) | (mixed ? chunkFlags.mixed : 0);
  return { first_seq: records[0]?.seq ?? 0, last_seq: records.at(-1)?.seq ?? 0, length, line_feeds, encoding, first_ms, last_ms, flags };
}

function compress(data: Uint8Array): Buffer {
  return zstdCompressSync(data, { pledgedSrcSize: data.byteLength, params: { [constants.ZSTD_c_compressionLevel]: 3 } });
}

/** Gives memory back at once, unless it lies in Node's pool: held until the next collection, it is tens of megabytes while a flood is read, and makes for many full ones. */
function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}

/** @returns whether it is as it was stored */
export function isWhole(chunk: StoredChunk): boolean {
  return checksumOf(chunk, chunk.data) === chunk.checksum;
}

/** Covers the data and what is said about it, so that a flipped bit in either is found. */
function checksumOf(head: ChunkHead, data: Uint8Array): number {
  const said = `${head.first_seq} ${head.last_seq} ${head.length} ${head.line_feeds} ${head.encoding}`;
  return crc32(data, crc32(head.encoding === encodings.columns ? `${said} ${head.first_ms} ${head.last_ms} ${head.flags}` : said));
}

const Records = z.array(OutputRecord);

/** What another thread has decompressed, until it is used. */
const ahead = new WeakMap<StoredChunk, Buffer<ArrayBuffer>>();

/** Keeps what a chunk decompresses to until it is read next. */
export function keepDecompressed(chunk: StoredChunk, bytes: Uint8Array<ArrayBuffer>): void {
  ahead.set(chunk, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** `read` must keep no part of the bytes. */
function decompressed<T>(chunk: StoredChunk, read: (bytes: Buffer) => T): T {
  const known = ahead.get(chunk);
  ahead.delete(chunk);
  // What another thread has made is freed by the collector's own.
  if (known !== undefined) return read(known);
  const bytes = decompress(chunk);
  try {
    return read(bytes);
  } finally {
    free(bytes);
  }
}

function decompress(chunk: StoredChunk): Buffer<ArrayBuffer> {
  return zstdDecompressSync(chunk.data, { chunkSize: sizeOf(chunk) });
}

/** The bytes of a chunk's text (`textBytes` of columns); null if there are none, or it must be read in any case. They are there until it is decoded, or forgotten. */
export function textBytesOf(chunk: StoredChunk): Buffer | null {
  if (chunk.encoding !== encodings.columns || (chunk.flags & (chunkFlags.mixed | chunkFlags.unknown)) !== 0 || !isWhole(chunk)) return null;
  const bytes = ahead.get(chunk) ?? decompress(chunk);
  ahead.set(chunk, bytes);
  return textBytes(bytes);
}

/** The bytes of a whole chunk of columns that no other thread has decompressed. They are there until it is decoded, or forgotten. */
export function columnBytesOf(chunk: StoredChunk): Buffer | null {
  if (chunk.encoding !== encodings.columns || ahead.has(chunk) || !isWhole(chunk)) return null;
  const bytes = decompress(chunk);
  ahead.set(chunk, bytes);
  return bytes;
}

/** A chunk is not decoded, after all. */
export function forget(chunk: StoredChunk): void {
  const bytes = ahead.get(chunk);
  ahead.delete(chunk);
  if (bytes !== undefined) free(bytes);
}

/** Bytes that it decompresses to, about: one allocation of that size. Growing it in steps takes twice the time. */
export function sizeOf({ length }: StoredChunk): number {
  return Math.max(1024, length + 1024);
}

/** Decompresses chunks in another thread, so that they are decoded at once later. Those that are damaged, or few, are left as they are. */
export async function decompressAhead(chunks: readonly StoredChunk[]): Promise<void> {
  const compressed = chunks.filter(({ encoding }) => encoding !== encodings.json);
  const { results } = await outputThread.ask(compressed.map((chunk) => ({ data: chunk.data, size: sizeOf(chunk) })));
  for (const [index, chunk] of compressed.entries()) {
    const result = results[index];
    if (result instanceof Uint8Array) keepDecompressed(chunk, result);
  }
}

/** @returns the records, or null if the chunk is damaged */
export function decodeChunk(chunk: StoredChunk): OutputRecord[] | null {
  if (!isWhole(chunk)) return null;
  if (chunk.encoding === encodings.columns) return decompressed(chunk, (bytes) => unpackColumns(bytes, chunk.first_seq)).records();
  const json = chunk.encoding === encodings.zstd ? decompressed(chunk, String) : Buffer.from(chunk.data.buffer, chunk.data.byteOffset, chunk.data.byteLength).toString();
  return Records.parse(JSON.parse(json));
}

/** The records of a chunk that follow `after`; null if it is damaged. */
export function recordsAfter(chunk: StoredChunk, after: number): OutputRecord[] | null {
  const records = decodeChunk(chunk);
  return records === null || chunk.first_seq > after ? records : records.filter(({ seq }) => seq > after);
}

/** What was looked at to see whether it must be read is read next. */
const unpacked = new WeakMap<StoredChunk, Columns>();

/** Its records' texts as one, without making the records. Null if it is damaged, or stored in another way. */
export function decodeColumns(chunk: StoredChunk): Columns | null {
  const known = unpacked.get(chunk);
  if (known !== undefined) return known;
  if (chunk.encoding !== encodings.columns || !isWhole(chunk)) return null;
  const columns = decompressed(chunk, (bytes) => unpackColumns(bytes, chunk.first_seq));
  unpacked.set(chunk, columns);
  return columns;
}
