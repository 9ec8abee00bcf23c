import { AppError } from '../../../contract/errors.ts';
import type { Statistics } from '../../../contract/history.ts';
import type { Sql } from '../database/index.ts';
import { runColumns, summaryOf, type RunRow } from '../runs/index.ts';
import { usedPackages } from './usedPackages.ts';

const mostNames = 20;
const mostSlow = 10;

/** `ZeroDivisionError` of `ZeroDivisionError: division by zero`; what does not begin with a name stays as it is, shortened. */
export function errorClass(error: string): string {
  return /^([\p{L}_][\p{L}\p{N}_.]*)(?::|$)/u.exec(error)?.[1] ?? error.slice(0, 60);
}

/** The class of a failed run's error; one that ended without an error, by `sys.exit` or a signal, is told by its exit code. */
export function failureClass(error: string | null, exitCode: number | null): string {
  const name = error === null ? '' : errorClass(error.trim());
  if (name !== '' && name !== 'SystemExit') return name;
  return exitCode === null ? 'Ended without an error' : `Exit code ${exitCode}`;
}

/** @param dayStarts as the contract says: the last is the end */
export function readStatistics(sql: Sql, dayStarts: readonly number[]): Statistics {
  if (dayStarts.some((start, i) => i > 0 && start <= (dayStarts[i - 1] ?? 0))) throw new AppError('INVALID_INPUT', 'The days must follow each other.');
  const from = dayStarts[0] ?? 0;
  const to = dayStarts.at(-1) ?? 0;
  const range = 'started_ms >= ? AND started_ms < ?';
  const days = dayStarts.slice(0, -1).map((startMs, i) => {
    const row = sql.get<{ runs: number; failed: number }>(
      `SELECT count(*) AS runs, count(*) FILTER (WHERE status = 'failed') AS failed FROM runs WHERE ${range}`,
      startMs, dayStarts[i + 1] ?? to,
    );
    return { startMs, runs: row?.runs ?? 0, failed: row?.failed ?? 0 };
  });
  const classes = new Map<string, number>();
  const failures = sql.all<{ error: string | null; exit_code: number | null; n: number }>(
    `SELECT error, exit_code, count(*) AS n FROM runs WHERE ${range} AND status = 'failed' GROUP BY error, exit_code`,
    from, to,
  );
  for (const { error, exit_code: code, n } of failures) {
    const name = failureClass(error, code);
    classes.set(name, (classes.get(name) ?? 0) + n);
  }
  return {
    runs: days.reduce((sum, day) => sum + day.runs, 0),
    failed: days.reduce((sum, day) => sum + day.failed, 0),
    totalMs: sql.get<{ ms: number | null }>(`SELECT sum(duration_ms) AS ms FROM runs WHERE ${range}`, from, to)?.ms ?? 0,
    days,
    failures: [...classes].map(([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, mostNames),
    slowest: sql.all<RunRow>(`SELECT ${runColumns} FROM runs WHERE ${range} AND duration_ms IS NOT NULL ORDER BY duration_ms DESC, key DESC LIMIT ?`, from, to, mostSlow).map(summaryOf),
    packages: usedPackages(sql, from, to),
  };
}
