import type { OutputOutline } from '../../../contract/output.ts';
import type { Sql } from '../database/index.ts';
import { chunkAfter } from './chunks.ts';
import { chunkBytes, chunkFlags, countLineFeeds, decodeChunk, textOf } from './codec.ts';

/** A stretch of an output as the index tells it. */
interface Stretch {
  first_seq: number;
  last_seq: number;
  length: number;
  line_feeds: number;
  last_ms: number;
  flags: number;
}

const outlineFlags = { closed: 1, isText: 2 } as const;

/** Records of an output: those after `after` that come before `before`. */
export interface SeqRange {
  after: number;
  before: number;
}

function isText({ flags }: Stretch): boolean {
  return (flags & (chunkFlags.mixed | chunkFlags.unknown)) === 0;
}

/** The stretches that hold any of the records, in order. */
function stretchesOf(sql: Sql, key: number, { after, before }: SeqRange): Stretch[] {
  const holding = sql.get<{ first_seq: number }>('SELECT first_seq FROM output_chunks WHERE run_key = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1', key, after + 1);
  return sql.all<Stretch>(
    'SELECT first_seq, last_seq, length, line_feeds, last_ms, flags FROM output_chunks WHERE run_key = ? AND first_seq >= ? AND first_seq < ? AND last_seq > ? ORDER BY first_seq',
    key, holding?.first_seq ?? 0, before, after,
  );
}

/** The part of a stretch that is asked for: what is written in small steps is joined later, so a reader may know the half of a stretch. */
function partOf(sql: Sql, key: number, stretch: Stretch, { after, before }: SeqRange): Stretch {
  if (stretch.first_seq > after && stretch.last_seq < before) return stretch;
  const chunk = chunkAfter(sql, key, stretch.first_seq - 1);
  const records = chunk === undefined ? null : decodeChunk(chunk);
  const last_seq = Math.min(stretch.last_seq, before - 1);
  // What cannot be read is told as it is: whoever wants to read it hears of the damage.
  if (records === null) return { ...stretch, last_seq };
  const texts = records.filter(({ seq }) => seq > after && seq < before).map(textOf);
  const end = texts.findLast((text) => text !== '');
  return {
    ...stretch,
    last_seq,
    length: texts.reduce((sum, text) => sum + text.length, 0),
    line_feeds: texts.reduce((sum, text) => sum + countLineFeeds(text), 0),
    flags: end === undefined ? stretch.flags : (stretch.flags & ~chunkFlags.closed) | (end.endsWith('\n') ? chunkFlags.closed : 0),
  };
}

/** Where the lines of an output are, from the index. Short stretches of text that follow each other are told as one. */
export function outlineOf(sql: Sql, key: number, startedMs: number, range: SeqRange): OutputOutline {
  const outline: OutputOutline = { startedMs, lastSeq: [], length: [], lineFeeds: [], lastMs: [], flags: [] };
  let at = -1;
  for (const whole of stretchesOf(sql, key, range)) {
    const stretch = partOf(sql, key, whole, range);
    const flags = ((stretch.flags & chunkFlags.closed) === 0 ? 0 : outlineFlags.closed) | (isText(stretch) ? outlineFlags.isText : 0);
    const before = outline.length[at] ?? 0;
    const isJoined = isText(stretch) && at >= 0 && ((outline.flags[at] ?? 0) & outlineFlags.isText) !== 0 && before + stretch.length <= chunkBytes / 2;
    if (!isJoined) at++;
    outline.lastSeq[at] = stretch.last_seq;
    outline.length[at] = stretch.length + (isJoined ? before : 0);
    outline.lineFeeds[at] = stretch.line_feeds + (isJoined ? (outline.lineFeeds[at] ?? 0) : 0);
    outline.lastMs[at] = Math.max(stretch.last_ms - startedMs, isJoined ? (outline.lastMs[at] ?? 0) : stretch.last_ms - startedMs);
    outline.flags[at] = flags;
  }
  return outline;
}

/** Most stretches that are looked at to find where the newest text begins. */
const mostLooked = 512;

/**
 * After which record to read, for the newest text: `after` while no more than `maxLength` characters follow it, else the end of a stretch so that about
 * `tailLength` follow, one stretch in any case, and none with more than text unless it is the last.
 */
export function tailStart(sql: Sql, key: number, { after, maxLength, tailLength }: { after: number; maxLength: number; tailLength: number }): number {
  const newest = sql.all<Stretch>(
    'SELECT first_seq, last_seq, length, line_feeds, last_ms, flags FROM output_chunks WHERE run_key = ? AND last_seq > ? ORDER BY first_seq DESC LIMIT ?', key, after, mostLooked,
  );
  let length = 0;
  let start: number | null = null;
  for (const [i, stretch] of newest.entries()) {
    length += stretch.length;
    if (i > 0 && start === null && (length > tailLength || !isText(stretch))) start = stretch.last_seq;
    if (length > maxLength) return Math.max(after, start ?? stretch.first_seq - 1);
  }
  return after;
}
