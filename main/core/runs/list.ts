import type { RunId } from '../../../contract/ids.ts';
import type { RunFilter, RunSummary } from '../../../contract/runs.ts';
import type { Sql, SqlValue } from '../database/index.ts';
import { runColumns, summaryOf, type RunRow } from './rows.ts';
import { searchCondition } from './searchQuery.ts';

interface Query {
  from: string;
  where: string[];
  params: SqlValue[];
  /** The column that has the order of the starts. */
  key: string;
}

function queryOf(filter: RunFilter): Query {
  const search = searchCondition(filter.search ?? '');
  const query: Query = { from: search.from, where: [...search.where], params: [...search.params], key: search.key };
  const among = (column: string, values: readonly string[]): void => {
    query.where.push(`${column} IN (${values.map(() => '?').join(', ')})`);
    query.params.push(...values);
  };
  if (filter.statuses !== undefined) among('status', [...new Set(filter.statuses)]);
  if (filter.engines !== undefined) among('engine', [...new Set(filter.engines)]);
  if (filter.pinnedOnly === true) query.where.push('pinned = 1');
  for (const tag of filter.tags ?? []) {
    query.where.push(`${query.key} IN (SELECT key FROM run_tags WHERE tag = ?)`);
    query.params.push(tag);
  }
  // Starts follow each other in time but for a clock that is set back, so a bound of time is one of keys, too: it
  // spares looking through all that lies outside.
  if (filter.fromMs !== undefined) {
    query.where.push('started_ms >= ?', `${query.key} >= (SELECT min(key) FROM runs INDEXED BY runs_started WHERE started_ms >= ?)`);
    query.params.push(filter.fromMs, filter.fromMs);
  }
  if (filter.toMs !== undefined) {
    query.where.push('started_ms < ?', `${query.key} <= (SELECT max(key) FROM runs INDEXED BY runs_started WHERE started_ms < ?)`);
    query.params.push(filter.toMs, filter.toMs);
  }
  return query;
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/** The key that a page begins below. A cursor whose run was deleted since stands for its neighbour. */
function keyBelow(sql: Sql, cursor: RunId): number {
  const exact = sql.get<{ key: number }>('SELECT key FROM runs WHERE id = ?', cursor);
  if (exact !== undefined) return exact.key;
  const neighbour = sql.get<{ key: number }>('SELECT key FROM runs WHERE id < ? ORDER BY id DESC LIMIT 1', cursor);
  return neighbour === undefined ? 0 : neighbour.key + 1;
}

/** A page of the history, newest first. */
export function listRuns(sql: Sql, filter: RunFilter, cursor: RunId | null, limit: number): { runs: RunSummary[]; next: RunId | null } {
  const query = queryOf(filter);
  if (cursor !== null) {
    query.where.push(`${query.key} < ?`);
    query.params.push(keyBelow(sql, cursor));
  }
  const rows = sql.all<RunRow>(
    `SELECT ${runColumns} FROM ${query.from} ${whereOf(query.where)} ORDER BY ${query.key} DESC LIMIT ?`,
    ...query.params,
    limit + 1,
  );
  const page = rows.slice(0, limit);
  return { runs: page.map(summaryOf), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** How many runs match; counting stops at `limit`. */
export function countRuns(sql: Sql, filter: RunFilter, limit: number): number {
  const query = queryOf(filter);
  const row = sql.get<{ n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${query.from} ${whereOf(query.where)} LIMIT ?)`,
    ...query.params,
    limit,
  );
  return row?.n ?? 0;
}
