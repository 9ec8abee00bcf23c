import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { OutputSource } from '../../../contract/outputFilter.ts';
import { withoutStyles } from '../../../contract/outputPattern.ts';
import type { Sql } from '../database/index.ts';
import { bucketCount, openTail, signatureBytes, signatureOf } from './grams.ts';

/** Signatures that make a segment, and the least of them that an ended output makes one of: fewer are as good by themselves. */
const segmentChunks = 256;
const leastChunks = 8;
/** An ended output of so few chunks is looked through faster than it is looked up. */
const tooFewChunks = 3;
/** An output whose first chunk for good is shorter has ended. */
const leastLength = 16 * 1024;
/** Most bytes of a piece: two fill a page of the database. */
const pieceBytes = 1984;

/** Buckets whose bits stand together in a segment that has so many bytes a bucket. */
export function bucketsOfPiece(rowBytes: number): number {
  return Math.floor(pieceBytes / rowBytes);
}

interface SignedChunk {
  first_seq: number;
  last_seq: number;
}

interface SignatureRow extends SignedChunk {
  tail: string;
  sources: string;
  checksum: number;
  data: Uint8Array;
}

export interface SegmentRow extends SignedChunk {
  segment: number;
  tail: string;
  checksum: number;
  starts: Uint8Array;
}

/** Covers what is stored and where it belongs, so that nothing is taken for another's. */
export function signatureChecksum(key: number, row: SignedChunk & { tail: string; data: Uint8Array }): number {
  return crc32(row.data, crc32(`${key} ${row.first_seq} ${row.last_seq} ${row.tail}`));
}

export function segmentChecksum(key: number, row: SignedChunk & { tail: string; starts: Uint8Array }): number {
  return crc32(row.starts, crc32(`${key} ${row.first_seq} ${row.last_seq} ${row.tail}`));
}

export function pieceChecksum(segment: number, buckets: number, data: Uint8Array): number {
  return crc32(data, (Math.imul(segment, bucketCount) + buckets) >>> 0);
}

/** What of the line that is open after record `lastSeq` was kept; null if it is not known. JSON, because half a surrogate pair has no form in SQLite. */
function tailAfter(sql: Sql, key: number, lastSeq: number): string | null {
  const signed = sql.get<SignatureRow>('SELECT * FROM output_signatures WHERE run_key = ? ORDER BY first_seq DESC LIMIT 1', key);
  const isSigned = signed?.last_seq === lastSeq && signed.checksum === signatureChecksum(key, signed);
  if (isSigned) return z.string().parse(JSON.parse(signed.tail));
  const segment = sql.get<SegmentRow>('SELECT * FROM output_segments WHERE run_key = ? ORDER BY first_seq DESC LIMIT 1', key);
  const isSegment = segment?.last_seq === lastSeq && segment.checksum === segmentChecksum(key, segment);
  return isSegment ? z.string().parse(JSON.parse(segment.tail)) : null;
}

/** Signatures that wait for their segment. */
function waitingOf(sql: Sql, key: number): { count: number; last_seq: number | null } {
  return sql.get('SELECT count(*) AS count, max(last_seq) AS last_seq FROM output_signatures WHERE run_key = ?', key) ?? { count: 0, last_seq: null };
}

function hasSegment(sql: Sql, key: number): boolean {
  return sql.get('SELECT 1 FROM output_segments WHERE run_key = ? LIMIT 1', key) !== undefined;
}

/**
 * Enters a chunk that has just been stored for good.
 * @param text all its text; it goes on in an open line unless `wasClosed`
 * @returns bytes that the index has grown by
 */
export function signChunk(sql: Sql, key: number, chunk: SignedChunk, text: string, wasClosed: boolean, sources: readonly OutputSource[]): number {
  const waiting = waitingOf(sql, key);
  if (text.length < leastLength && waiting.count === 0 && !hasSegment(sql, key)) return 0;
  const isNext = waiting.count === 0 || waiting.last_seq === chunk.first_seq - 1;
  let bytes = isNext ? 0 : makeSegment(sql, key);
  const before = wasClosed ? '' : tailAfter(sql, key, chunk.first_seq - 1);
  // Where it is not known how the line began that goes on here, the chunk is always looked at.
  const shown = withoutStyles((before ?? '') + text);
  const data = before === null ? new Uint8Array(signatureBytes).fill(255) : signatureOf(shown);
  const tail = JSON.stringify(openTail(shown));
  sql.run(
    'INSERT INTO output_signatures (run_key, first_seq, last_seq, tail, sources, checksum, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
    key, chunk.first_seq, chunk.last_seq, tail, JSON.stringify(sources), signatureChecksum(key, { ...chunk, tail, data }), data,
  );
  bytes += data.byteLength;
  if ((isNext ? waiting.count : 0) + 1 >= segmentChunks) bytes += makeSegment(sql, key);
  return bytes;
}

/** What waits of an output that has ended becomes a segment, if that is worth it. @returns bytes that the index has grown by */
export function endIndex(sql: Sql, key: number): number {
  const { count } = waitingOf(sql, key);
  if (count >= leastChunks) return makeSegment(sql, key);
  if (count === 0 || count > tooFewChunks || hasSegment(sql, key)) return 0;
  sql.run('DELETE FROM output_signatures WHERE run_key = ?', key);
  return -count * signatureBytes;
}

/** Turns the signatures that wait: a row a bucket, a bit a chunk. One that is damaged is taken for that of a chunk that may hold anything. */
function turned(rows: readonly SignatureRow[], key: number): { matrix: Uint8Array; rowBytes: number } {
  const rowBytes = Math.ceil(rows.length / 8);
  const matrix = new Uint8Array(bucketCount * rowBytes);
  const anything = new Uint8Array(signatureBytes).fill(255);
  const nothing = new Uint8Array(signatureBytes);
  const signatures = rows.map((row) => (row.checksum === signatureChecksum(key, row) && row.data.byteLength === signatureBytes ? row.data : anything));
  const columns = Array.from({ length: rowBytes }, (_, column) => Array.from({ length: 8 }, (__, i) => signatures[column * 8 + i] ?? nothing));
  for (let from = 0; from < signatureBytes; from += bytesAtOnce) {
    for (const [column, eight] of columns.entries()) turnEight(eight, matrix, column, rowBytes, from);
  }
  return { matrix, rowBytes };
}

/** Bytes of a signature that are turned before the next signatures have their turn: what is written then stays in the processor's cache. */
const bytesAtOnce = 64;

/** Writes some bytes of eight signatures into a column of bytes: squares of eight by eight bits, each mirrored at its diagonal (Hacker's Delight, 7-3). */
function turnEight(eight: readonly Uint8Array[], matrix: Uint8Array, column: number, rowBytes: number, from: number): void {
  const [a, b, c, d, e, f, g, h] = eight;
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined || g === undefined || h === undefined) return;
  let at = from * 8 * rowBytes + column;
  for (let byte = from; byte < from + bytesAtOnce; byte++) {
    let low = (a[byte] ?? 0) | ((b[byte] ?? 0) << 8) | ((c[byte] ?? 0) << 16) | ((d[byte] ?? 0) << 24);
    let high = (e[byte] ?? 0) | ((f[byte] ?? 0) << 8) | ((g[byte] ?? 0) << 16) | ((h[byte] ?? 0) << 24);
    let swap = (low ^ (low >>> 7)) & 0x00_aa_00_aa;
    low ^= swap ^ (swap << 7);
    swap = (low ^ (low >>> 14)) & 0x00_00_cc_cc;
    low ^= swap ^ (swap << 14);
    swap = (high ^ (high >>> 7)) & 0x00_aa_00_aa;
    high ^= swap ^ (swap << 7);
    swap = (high ^ (high >>> 14)) & 0x00_00_cc_cc;
    high ^= swap ^ (swap << 14);
    const first = (low & 0x0f_0f_0f_0f) | ((high & 0x0f_0f_0f_0f) << 4);
    const second = ((low >>> 4) & 0x0f_0f_0f_0f) | (high & 0xf0_f0_f0_f0);
    for (let shift = 0; shift < 32; shift += 8, at += rowBytes) matrix[at] = first >>> shift;
    for (let shift = 0; shift < 32; shift += 8, at += rowBytes) matrix[at] = second >>> shift;
  }
}

/** Makes a segment of all signatures that wait; they follow each other. @returns bytes that the index has grown by */
function makeSegment(sql: Sql, key: number): number {
  const rows = sql.all<SignatureRow>('SELECT * FROM output_signatures WHERE run_key = ? ORDER BY first_seq', key);
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return 0;
  const starts = new Uint8Array(Float64Array.from(rows, ({ first_seq }) => first_seq).buffer);
  const head = { first_seq: first.first_seq, last_seq: last.last_seq, tail: last.tail, starts };
  const sources = [...new Map(rows.flatMap((row) => parseSources(row.sources)).map((source) => [JSON.stringify(source), source])).values()];
  const segment = sql.get<{ segment: number }>(
    'INSERT INTO output_segments (run_key, first_seq, last_seq, tail, sources, checksum, starts) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING segment',
    key, head.first_seq, head.last_seq, head.tail, JSON.stringify(sources), segmentChecksum(key, head), starts,
  );
  if (segment === undefined) return 0;
  const { matrix, rowBytes } = turned(rows, key);
  const together = bucketsOfPiece(rowBytes);
  for (let buckets = 0; buckets < bucketCount; buckets += together) {
    const data = matrix.subarray(buckets * rowBytes, (buckets + together) * rowBytes);
    sql.run(
      'INSERT INTO output_pieces (run_key, buckets, segment, checksum, data) VALUES (?, ?, ?, ?, ?)',
      key, buckets, segment.segment, pieceChecksum(segment.segment, buckets, data), data,
    );
  }
  sql.run('DELETE FROM output_signatures WHERE run_key = ?', key);
  return matrix.byteLength - rows.length * signatureBytes;
}

const Sources = z.array(OutputSource);

function parseSources(json: string): OutputSource[] {
  try {
    return Sources.parse(JSON.parse(json));
  } catch {
    // It is damaged. What it names is known from the chunks that are read.
    return [];
  }
}

/** Where the records of all chunks in the index come from. */
export function indexedSources(sql: Sql, key: number): OutputSource[] {
  const rows = sql.all<{ sources: string }>(
    'SELECT sources FROM output_segments WHERE run_key = ? UNION SELECT sources FROM output_signatures WHERE run_key = ?', key, key,
  );
  return rows.flatMap(({ sources }) => parseSources(sources));
}
