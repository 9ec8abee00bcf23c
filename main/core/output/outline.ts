import type { OutputOutline } from '../../../contract/output.ts';
import type { Sql } from '../database/index.ts';
import { chunkBytes, chunkFlags } from './codec.ts';

interface OutlineRow {
  last_seq: number;
  length: number;
  line_feeds: number;
  last_ms: number;
  flags: number;
}

const outlineFlags = { closed: 1, isText: 2 } as const;

/** Where the lines of an output are, from the index alone. Short stretches of text that follow each other are told as one. */
export function outlineOf(sql: Sql, key: number, startedMs: number): OutputOutline {
  const outline: OutputOutline = { startedMs, lastSeq: [], length: [], lineFeeds: [], lastMs: [], flags: [] };
  let at = -1;
  const rows = sql.all<OutlineRow>('SELECT last_seq, length, line_feeds, last_ms, flags FROM output_chunks WHERE run_key = ? ORDER BY first_seq', key);
  for (const row of rows) {
    const isText = (row.flags & (chunkFlags.mixed | chunkFlags.unknown)) === 0;
    const flags = ((row.flags & chunkFlags.closed) === 0 ? 0 : outlineFlags.closed) | (isText ? outlineFlags.isText : 0);
    const before = outline.length[at] ?? 0;
    const isJoined = isText && at >= 0 && ((outline.flags[at] ?? 0) & outlineFlags.isText) !== 0 && before + row.length <= chunkBytes / 2;
    if (!isJoined) at++;
    outline.lastSeq[at] = row.last_seq;
    outline.length[at] = row.length + (isJoined ? before : 0);
    outline.lineFeeds[at] = row.line_feeds + (isJoined ? (outline.lineFeeds[at] ?? 0) : 0);
    outline.lastMs[at] = Math.max(row.last_ms - startedMs, isJoined ? (outline.lastMs[at] ?? 0) : row.last_ms - startedMs);
    outline.flags[at] = flags;
  }
  return outline;
}
