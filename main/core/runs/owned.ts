import { AppError } from '../../../contract/errors.ts';
import type { ClientId, RunId } from '../../../contract/ids.ts';
import type { Sql } from '../database/index.ts';
import { runColumns, type RunRow } from './rows.ts';

export function noSuchRun(id: RunId): AppError {
  return new AppError('NOT_FOUND', `There is no run ${id}: it was deleted, or never recorded.`);
}

/** @throws NOT_FOUND */
export function findRun(sql: Sql, id: RunId): RunRow {
  const row = sql.get<RunRow>(`SELECT ${runColumns} FROM runs WHERE id = ?`, id);
  if (row === undefined) throw noSuchRun(id);
  return row;
}

/** A run, if it belongs to that window. @throws NOT_FOUND · FORBIDDEN */
export function findOwnRun(sql: Sql, id: RunId, clientId: ClientId): RunRow {
  const row = findRun(sql, id);
  if (row.client_id !== clientId) throw new AppError('FORBIDDEN', `The run ${id} belongs to another window, which alone may change it.`);
  return row;
}

/**
 * Makes a run of that window live in this core: one that was declared interrupted while its window was away runs again.
 * @returns whether its status changed
 * @throws CONFLICT it has ended
 */
export function reviveRun(sql: Sql, row: RunRow, coreId: string): boolean {
  if (row.status === 'running' && row.core_id === coreId) return false;
  if (row.status !== 'running' && row.owner_gone === 0) {
    throw new AppError('CONFLICT', `The run ${row.id} has ended (${row.status}); nothing can be added to it.`);
  }
  sql.run("UPDATE runs SET status = 'running', owner_gone = 0, duration_ms = NULL, core_id = ? WHERE key = ?", coreId, row.key);
  return row.status !== 'running';
}
