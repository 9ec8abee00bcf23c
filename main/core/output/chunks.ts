import { AppError } from '../../../contract/errors.ts';
import type { OutputChunk, OutputRecord, OutputSource } from '../../../contract/output.ts';
import type { Sql } from '../database/index.ts';
import { chunkBytes, chunkFlags, decodeChunk, encodeChunk, encodings, textOf, weightOf, type Encoding, type StoredChunk } from './codec.ts';
import { sameSource } from './columns.ts';
import { endIndex, signChunk } from './gramIndex.ts';

/** What a run's row keeps about its output. The tail is what follows the last compressed chunk. */
export interface OutputCounters {
  key: number;
  last_seq: number;
  tail_rows: number;
  tail_length: number;
  tail_seq: number;
}

/** A tail of this weight is compressed. Below what a producer flushes at once (64 KB): that is not stored as it is first, and then again. */
const sealWeight = 48 * 1024;
/** A tail of this many rows is joined into one row, so that a slow printer does not leave thousands of them. */
const maxTailRows = 256;

const chunkColumns = 'first_seq, last_seq, length, line_feeds, encoding, first_ms, last_ms, flags, checksum, data';

/*
 * `+?` instead of `?` in what is asked for each line: a statement whose plan might depend on a parameter is compiled anew whenever that changes
 * (sqlite.org/c3ref/prepare.html), which costs five times the query itself.
 */

/** What follows a run's last chunk must know of it: line feeds so far, and whether a line is open. From the index alone. */
function endOf(sql: Sql, key: number): { feeds: number; closed: boolean } {
  const last = sql.get<{ feeds: number; flags: number }>(
    'SELECT feeds_before + line_feeds AS feeds, flags FROM output_chunks WHERE run_key = +? ORDER BY first_seq DESC LIMIT 1', key,
  );
  return last === undefined ? { feeds: 0, closed: true } : { feeds: last.feeds, closed: (last.flags & chunkFlags.closed) !== 0 };
}

function sourcesOf(records: readonly OutputRecord[]): OutputSource[] {
  const sources: OutputSource[] = [];
  for (const { source } of records) if (source !== undefined && !sources.some((known) => sameSource(source, known))) sources.push(source);
  return sources;
}

/** Stores groups of records, each as a chunk; what is stored for good is entered in the index. @returns bytes that they take */
function insertChunks(sql: Sql, key: number, groups: readonly (readonly OutputRecord[])[], encoding: Encoding): number {
  let { feeds, closed } = endOf(sql, key);
  let bytes = 0;
  for (const group of groups) {
    const chunk = encodeChunk(group, encoding, closed);
    sql.run(
      `INSERT INTO output_chunks (run_key, feeds_before, ${chunkColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      key, feeds, chunk.first_seq, chunk.last_seq, chunk.length, chunk.line_feeds, chunk.encoding, chunk.first_ms, chunk.last_ms, chunk.flags,
      chunk.checksum, chunk.data,
    );
    bytes += chunk.data.byteLength;
    if (encoding === encodings.columns) bytes += signChunk(sql, key, chunk, group.map(textOf).join(''), closed, sourcesOf(group));
    feeds += chunk.line_feeds;
    closed = (chunk.flags & chunkFlags.closed) !== 0;
  }
  return bytes;
}

export function damagedChunk(chunk: { first_seq: number; last_seq: number }): AppError {
  return new AppError(
    'STORAGE_CORRUPT',
    `The stored output from record ${chunk.first_seq} to ${chunk.last_seq} is damaged and cannot be read; the rest can.`,
    { action: `Go on reading after record ${chunk.last_seq}.` },
  );
}

/** Removes the rows of the tail and gives their records. Damaged rows stay as they are. */
function takeTail(sql: Sql, run: OutputCounters): { records: OutputRecord[]; bytes: number } {
  if (run.tail_rows === 0) return { records: [], bytes: 0 };
  const rows = sql.all<StoredChunk & { chunk: number }>(
    `SELECT chunk, ${chunkColumns} FROM output_chunks WHERE run_key = ? AND first_seq >= ? ORDER BY first_seq`,
    run.key, run.tail_seq,
  );
  const decoded = rows.map(decodeChunk);
  // Chunks stay contiguous: only what follows the last damaged row is packed again.
  const keep = decoded.lastIndexOf(null) + 1;
  let bytes = 0;
  const records: OutputRecord[] = [];
  for (const [i, row] of rows.entries()) {
    if (i < keep) continue;
    sql.run('DELETE FROM output_chunks WHERE chunk = ?', row.chunk);
    bytes += row.data.byteLength;
    records.push(...(decoded[i] ?? []));
  }
  return { records, bytes };
}

/** Splits records into groups that are worth compressing, and what is left over. */
function groupsOf(records: readonly OutputRecord[]): { full: OutputRecord[][]; rest: OutputRecord[]; restWeight: number } {
  const full: OutputRecord[][] = [];
  let rest: OutputRecord[] = [];
  let restWeight = 0;
  for (const record of records) {
    rest.push(record);
    restWeight += weightOf(record);
    if (restWeight >= chunkBytes * 0.875) {
      full.push(rest);
      rest = [];
      restWeight = 0;
    }
  }
  if (restWeight >= sealWeight) {
    full.push(rest);
    return { full, rest: [], restWeight: 0 };
  }
  return { full, rest, restWeight };
}

/** Stores records that follow `run.last_seq`, packing the tail when it has grown large enough. */
export function appendRecords(sql: Sql, run: OutputCounters, records: readonly OutputRecord[]): void {
  const weight = records.reduce((sum, record) => sum + weightOf(record), 0);
  let storedBytes = 0;
  let tail = { rows: run.tail_rows + 1, length: run.tail_length + weight, seq: run.tail_rows === 0 ? (records[0]?.seq ?? 0) : run.tail_seq };
  if (tail.length < sealWeight && tail.rows < maxTailRows) {
    storedBytes += insertChunks(sql, run.key, [records], encodings.json);
  } else {
    const taken = takeTail(sql, run);
    storedBytes -= taken.bytes;
    const { full, rest, restWeight } = groupsOf([...taken.records, ...records]);
    storedBytes += insertChunks(sql, run.key, full, encodings.columns);
    if (rest.length > 0) storedBytes += insertChunks(sql, run.key, [rest], encodings.json);
    tail = { rows: rest.length > 0 ? 1 : 0, length: restWeight, seq: rest[0]?.seq ?? 0 };
  }
  sql.run(
    `UPDATE runs SET last_seq = ?, output_length = output_length + ?, stored_bytes = stored_bytes + ?,
     tail_rows = ?, tail_length = ?, tail_seq = ? WHERE key = ?`,
    records.at(-1)?.seq ?? run.last_seq, weight, storedBytes, tail.rows, tail.length, tail.seq, run.key,
  );
}

/** Packs a run's tail for good; nothing is expected to follow, though it may. */
export function sealOutput(sql: Sql, key: number): void {
  const run = sql.get<OutputCounters>('SELECT key, last_seq, tail_rows, tail_length, tail_seq FROM runs WHERE key = ?', key);
  if (run === undefined) return;
  const { records, bytes } = takeTail(sql, run);
  const stored = (records.length > 0 ? insertChunks(sql, key, [records], encodings.columns) : 0) + endIndex(sql, key);
  if (run.tail_rows === 0 && stored === 0) return;
  sql.run('UPDATE runs SET stored_bytes = stored_bytes + ?, tail_rows = 0, tail_length = 0, tail_seq = 0 WHERE key = ?', stored - bytes, key);
}

/** The chunk that holds the record after `after`, or the next there is. */
export function chunkAfter(sql: Sql, key: number, after: number): StoredChunk | undefined {
  const text = (condition: string): string => `SELECT ${chunkColumns} FROM output_chunks WHERE run_key = +? AND ${condition} LIMIT 1`;
  const holding = sql.get<StoredChunk>(text('first_seq <= +? ORDER BY first_seq DESC'), key, after + 1);
  if (holding !== undefined && holding.last_seq > after) return holding;
  return sql.get<StoredChunk>(text('first_seq > +? ORDER BY first_seq'), key, after);
}

/** The chunk that begins with a record, if there is one. */
export function chunkAt(sql: Sql, key: number, firstSeq: number): StoredChunk | undefined {
  return sql.get<StoredChunk>(`SELECT ${chunkColumns} FROM output_chunks WHERE run_key = ? AND first_seq = ?`, key, firstSeq);
}

/** `feeds_before` is how many line feeds come before it. */
export type PlacedChunk = StoredChunk & { feeds_before: number };

/**
 * Chunks that hold records after `after`, in order, at most `count`, and none that begins after record `to`. The first may begin before it: rows of the tail are joined while a
 * run goes on, so a chunk that was read before may be part of a larger one now.
 */
export function chunksAfter(sql: Sql, key: number, after: number, count: number, to = Infinity): PlacedChunk[] {
  const holding = sql.get<{ first_seq: number }>('SELECT first_seq FROM output_chunks WHERE run_key = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1', key, after + 1);
  return sql.all<PlacedChunk>(
    `SELECT feeds_before, ${chunkColumns} FROM output_chunks WHERE run_key = ? AND first_seq >= ? AND first_seq <= ? AND last_seq > ? ORDER BY first_seq LIMIT ?`,
    key, holding?.first_seq ?? 0, to, after, count,
  );
}

/** At least one record after `after` if there is one, then as many as weigh `maxLength`. @throws STORAGE_CORRUPT the very next chunk is damaged */
export function readRecords(sql: Sql, key: number, after: number, maxLength: number): OutputRecord[] {
  const records: OutputRecord[] = [];
  let left = maxLength;
  let at = after;
  for (;;) {
    const chunk = chunkAfter(sql, key, at);
    if (chunk === undefined) return records;
    const decoded = decodeChunk(chunk);
    if (decoded === null) {
      if (records.length > 0) return records;
      throw damagedChunk(chunk);
    }
    for (const record of decoded) {
      if (record.seq <= after) continue;
      left -= weightOf(record);
      if (left < 0 && records.length > 0) return records;
      records.push(record);
    }
    at = chunk.last_seq;
  }
}

/** Line feeds, and characters of text, in all of a run's output; from the index. */
export function countLines(sql: Sql, key: number): number {
  return endOf(sql, key).feeds;
}

export function textLength(sql: Sql, key: number): number {
  return sql.get<{ length: number | null }>('SELECT sum(length) AS length FROM output_chunks WHERE run_key = ?', key)?.length ?? 0;
}

type MarkRow = Omit<StoredChunk, 'data' | 'encoding' | 'checksum'> & { feeds_before: number };

/** What is stored, without the text; from an index alone. */
export function listChunks(sql: Sql, key: number): OutputChunk[] {
  return sql
    .all<MarkRow>('SELECT first_seq, last_seq, length, line_feeds, feeds_before, first_ms, last_ms, flags FROM output_chunks WHERE run_key = ? ORDER BY first_seq', key)
    .map((row) => ({
      firstSeq: row.first_seq,
      lastSeq: row.last_seq,
      length: row.length,
      lineFeeds: row.line_feeds,
      lineFeedsBefore: row.feeds_before,
      firstMs: row.first_ms,
      lastMs: row.last_ms,
      closed: (row.flags & chunkFlags.closed) !== 0,
      isText: (row.flags & (chunkFlags.mixed | chunkFlags.unknown)) === 0,
    }));
}
