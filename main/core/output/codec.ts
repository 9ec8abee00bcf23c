import { crc32, zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { OutputRecord } from '../../../contract/output.ts';

/** How a chunk's records are stored: JSON as it is, or compressed. */
export const encodings = { json: 0, zstd: 1 } as const;
export type Encoding = (typeof encodings)[keyof typeof encodings];

/** Chunks are gathered until their JSON has about this many bytes, then compressed for good. */
export const chunkBytes = 64 * 1024;

export interface StoredChunk {
  first_seq: number;
  last_seq: number;
  length: number;
  line_feeds: number;
  encoding: number;
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

/** Packs records, which must not be empty and follow each other, into one chunk. */
export function encodeChunk(records: readonly OutputRecord[], encoding: Encoding): StoredChunk {
  const first_seq = records[0]?.seq ?? 0;
  const last_seq = records.at(-1)?.seq ?? 0;
  let length = 0;
  let line_feeds = 0;
  for (const record of records) {
    const text = textOf(record);
    length += text.length;
    line_feeds += countLineFeeds(text);
  }
  const json = Buffer.from(JSON.stringify(records));
  const data = encoding === encodings.json ? json : zstdCompressSync(json, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  const head = { first_seq, last_seq, length, line_feeds, encoding };
  return { ...head, checksum: checksumOf(head, data), data };
}

/** Covers the data and what is said about it, so that a flipped bit in either is found. */
function checksumOf(head: Omit<StoredChunk, 'checksum' | 'data'>, data: Uint8Array): number {
  return crc32(data, crc32(`${head.first_seq} ${head.last_seq} ${head.length} ${head.line_feeds} ${head.encoding}`));
}

const Records = z.array(OutputRecord);

/** @returns the records, or null if the chunk is damaged */
export function decodeChunk(chunk: StoredChunk): OutputRecord[] | null {
  if (checksumOf(chunk, chunk.data) !== chunk.checksum) return null;
  const json = chunk.encoding === encodings.zstd ? zstdDecompressSync(chunk.data) : chunk.data;
  return Records.parse(JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString()));
}
