import type { Sql } from '../database/index.ts';
import { chunkFlags, type ChunkHead } from './codec.ts';

/** Where reading may begin: after a record that is a chunk's last. */
export interface LineStart {
  after: number;
  /** The line in which the chunk after it begins; first is 0. */
  line: number;
  /** What comes of that line is not the whole, or not wanted. */
  isInside: boolean;
}

export const beginning: LineStart = { after: 0, line: 0, isInside: false };

interface Place {
  first_seq: number;
  feeds_before: number;
}

/** Whether the text of an output ends with a line feed after a chunk. Where that was not written down it is taken for open. */
export function isClosedAfter({ flags }: Pick<ChunkHead, 'flags'>): boolean {
  return (flags & (chunkFlags.closed | chunkFlags.unknown)) === chunkFlags.closed;
}

/** Where reading may begin to come to the record `seq`: its chunk, or the last there is. */
export function startOf(sql: Sql, key: number, seq: number): LineStart {
  const found = sql.get<Place>('SELECT first_seq, feeds_before FROM output_chunks WHERE run_key = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1', key, seq);
  return found === undefined ? beginning : { after: found.first_seq - 1, line: found.feeds_before, isInside: false };
}

/** Whether a chunk begins within a line. */
export function isOpenBefore(sql: Sql, key: number, firstSeq: number): boolean {
  const before = sql.get<{ flags: number }>('SELECT flags FROM output_chunks WHERE run_key = ? AND first_seq < ? ORDER BY first_seq DESC LIMIT 1', key, firstSeq);
  return before !== undefined && !isClosedAfter(before);
}

/** Where reading begins so that it has the whole line in which the chunk `firstSeq` begins, and `context` lines before. From the index alone. */
export function lineStartBefore(sql: Sql, key: number, firstSeq: number, context: number): LineStart {
  const start = startOf(sql, key, firstSeq);
  if (context === 0 && !isOpenBefore(sql, key, firstSeq)) return start;
  // The line feed before the first wanted line is in the last chunk with fewer before it.
  const found = sql.get<Place>(
    'SELECT first_seq, feeds_before FROM output_chunks WHERE run_key = ? AND first_seq < ? AND feeds_before < ? ORDER BY first_seq DESC LIMIT 1',
    key, firstSeq, start.line - context,
  );
  return found === undefined || found.first_seq === 1 ? beginning : { after: found.first_seq - 1, line: found.feeds_before, isInside: true };
}

/** The first record of the last chunk; null if there is none. */
export function lastChunkStart(sql: Sql, key: number): number | null {
  return sql.get<Place>('SELECT first_seq, feeds_before FROM output_chunks WHERE run_key = ? ORDER BY first_seq DESC LIMIT 1', key)?.first_seq ?? null;
}
