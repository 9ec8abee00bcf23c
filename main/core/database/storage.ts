import type { StorageState } from '../../../contract/system.ts';
import { migrate, openConnection, refuseNewer } from './connection.ts';
import { busyError, corruptError, faultOf, readOnlyError, writeFaultReason } from './faults.ts';
import type { Sql } from './sql.ts';

/**
 * What a commit survives: `process` the death of the process (it is in the system's cache), `power` the loss of power too
 * (it is on the medium; costs a flush).
 */
export type Durability = 'process' | 'power';

/** How often a storage that cannot be written is tried again. */
const probeIntervalMs = 1000;
/** Written and removed by a probe: room for this much means that work can go on. */
const probeBytes = 256 * 1024;

export interface Storage {
  readonly path: string;
  /** Runs a query. @throws STORAGE_CORRUPT */
  read<T>(work: (sql: Sql) => T): T;
  /** Runs `work` in one transaction. @throws STORAGE_READ_ONLY (retryable) · STORAGE_CORRUPT · UNAVAILABLE another process holds the lock */
  write<T>(work: (sql: Sql) => T, durability?: Durability): T;
  state(): StorageState;
  /** Calls back after each change of `state`. @returns ends that */
  onState(listener: (state: StorageState) => void): () => void;
  close(): void;
}

/** Opens the database of the application. @throws STORAGE_NEWER */
export function openStorage(path: string, log: (line: string) => void): Storage {
  const sql = openConnection(path, log);
  try {
    refuseNewer(sql, path);
    migrate(sql);
  } catch (error) {
    sql.db.close();
    throw error;
  }

  const listeners = new Set<(state: StorageState) => void>();
  let state: StorageState = { state: 'ok' };
  let probeTimer: NodeJS.Timeout | undefined;

  function setState(next: StorageState): void {
    state = next;
    for (const listener of listeners) listener(state);
  }

  function cannotWrite(error: unknown): void {
    if (state.state === 'readOnly') return;
    log(`storage is read-only: ${String(error)}`);
    setState({ state: 'readOnly', reason: writeFaultReason(error), sinceMs: Date.now() });
    probeTimer = setInterval(probe, probeIntervalMs);
    probeTimer.unref();
  }

  function probe(): void {
    try {
      transaction((s) => s.run('INSERT OR REPLACE INTO probe (id, filler) VALUES (1, zeroblob(?))', probeBytes), 'process');
      transaction((s) => s.run('DELETE FROM probe'), 'process');
    } catch {
      return;
    }
    clearInterval(probeTimer);
    log('storage can be written again');
    setState({ state: 'ok' });
  }

  function transaction<T>(work: (sql: Sql) => T, durability: Durability): T {
    sql.exec(durability === 'power' ? 'PRAGMA synchronous = FULL' : 'PRAGMA synchronous = NORMAL');
    sql.run('BEGIN IMMEDIATE');
    try {
      const result = work(sql);
      sql.run('COMMIT');
      return result;
    } catch (error) {
      // After SQLITE_FULL and the like SQLite has rolled back by itself.
      if (sql.db.inTransaction) sql.run('ROLLBACK');
      throw error;
    }
  }

  function translate(error: unknown, writing: boolean): unknown {
    const fault = faultOf(error);
    if (fault === 'corrupt') return corruptError(path, error);
    if (fault === 'busy') return busyError(error);
    if (fault === 'cannotWrite' && writing) {
      cannotWrite(error);
      return readOnlyError(writeFaultReason(error), error);
    }
    return error;
  }

  return {
    path,
    read: (work) => {
      try {
        return work(sql);
      } catch (error) {
        throw translate(error, false);
      }
    },
    write: (work, durability = 'process') => {
      if (state.state === 'readOnly') throw readOnlyError(state.reason);
      try {
        return transaction(work, durability);
      } catch (error) {
        throw translate(error, true);
      }
    },
    state: () => state,
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      clearInterval(probeTimer);
      sql.db.close();
    },
  };
}
