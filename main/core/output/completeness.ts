import type { RunId } from '../../../contract/ids.ts';
import type { OutputCompleteness, OutputGap } from '../../../contract/output.ts';
import { isEnded } from '../../../contract/runs.ts';
import type { Sql } from '../database/index.ts';
import { findRun } from '../runs/index.ts';

/** What a producer knows of a stretch that it could not bring. Its place is after all that is stored when it is recorded. */
export type FoundGap = Omit<OutputGap, 'afterSeq'>;

interface GapRow {
  after_seq: number;
  lines: number | null;
  from_ms: number | null;
  to_ms: number | null;
  reason: OutputGap['reason'];
}

/** Records, within the caller's transaction, that lines are missing here. */
export function recordGap(sql: Sql, runId: RunId, gap: FoundGap): void {
  const run = findRun(sql, runId);
  sql.run(
    `INSERT INTO output_gaps (run_key, after_seq, lines, from_ms, to_ms, reason) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET lines = lines + excluded.lines, to_ms = excluded.to_ms`,
    run.key, run.last_seq, gap.lines, gap.fromMs, gap.toMs, gap.reason,
  );
}

/** Records, within the caller's transaction, when gaps ended of whose end the time was not known. */
export function endGaps(sql: Sql, runId: RunId, toMs: number): void {
  sql.run('UPDATE output_gaps SET to_ms = ? WHERE run_key = ? AND to_ms IS NULL', toMs, findRun(sql, runId).key);
}

/**
 * Records, within the caller's transaction, that a log was read to its end, or that its end was not to be had. Of several logs (attempts)
 * each must have been read to its end.
 */
export function recordEnd(sql: Sql, runId: RunId, isSeen: boolean): void {
  sql.run(
    'INSERT INTO output_ends (run_key, is_seen) VALUES (?, ?) ON CONFLICT DO UPDATE SET is_seen = min(is_seen, excluded.is_seen)',
    findRun(sql, runId).key, isSeen ? 1 : 0,
  );
}

/** What is known of an output's completeness. @throws NOT_FOUND */
export function completenessOf(sql: Sql, runId: RunId): OutputCompleteness {
  const run = findRun(sql, runId);
  const gaps = sql
    .all<GapRow>('SELECT after_seq, lines, from_ms, to_ms, reason FROM output_gaps WHERE run_key = ? ORDER BY after_seq', run.key)
    .map((row) => ({ afterSeq: row.after_seq, lines: row.lines, fromMs: row.from_ms, toMs: row.to_ms, reason: row.reason }));
  if (!isEnded(run.status)) return { state: 'open', gaps };
  return { state: isEndSeen(sql, run) ? (gaps.length === 0 ? 'complete' : 'gaps') : 'endUnknown', gaps };
}

function isEndSeen(sql: Sql, run: ReturnType<typeof findRun>): boolean {
  if (run.engine === 'local') return run.status !== 'interrupted';
  const end = sql.get<{ is_seen: number }>('SELECT is_seen FROM output_ends WHERE run_key = ?', run.key);
  // A run whose container never started has no log.
  return end === undefined ? run.last_seq === 0 : end.is_seen === 1;
}
