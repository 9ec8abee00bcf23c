import BetterSqlite3 from 'better-sqlite3';
import { copyFileSync, rmSync } from 'node:fs';
import { AppError } from '../../../contract/errors.ts';
import { migrate, openConnection } from './connection.ts';
import { isGood } from './damage.ts';
import { faultOf } from './faults.ts';
import type { Sql } from './sql.ts';

/** How many runs a backup has, and how many of now it lacks; null when it cannot be read. */
export function inspectBackup(sql: Sql, path: string): { runs: number; missingRuns: number } | null {
  let db: BetterSqlite3.Database | undefined;
  try {
    db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
    if (Number(db.pragma('user_version', { simple: true })) > Number(sql.db.pragma('user_version', { simple: true }))) return null;
    const ids = new Set(db.prepare<[], string>('SELECT id FROM runs').pluck().all());
    const now = sql.all<{ id: string }>('SELECT id FROM runs');
    return { runs: ids.size, missingRuns: now.filter(({ id }) => !ids.has(id)).length };
  } catch (error) {
    if (faultOf(error) === 'cannotWrite') throw error;
    return null;
  } finally {
    db?.close();
  }
}

/**
 * Writes a backup over the database that is in use, through SQLite's own locks and in one transaction: whoever else has it open sees the old
 * or the new, and a process that is killed in the middle leaves the old.
 *
 * @param live a connection to the database at `path`
 * @param onGood called when the backup turned out to be good, before anything changes
 * @throws STORAGE_CORRUPT the backup is damaged
 */
export async function restoreBackup(live: Sql, path: string, backup: string, log: (line: string) => void, onGood: () => Promise<void>): Promise<void> {
  const copy = `${path}.restoring-${process.pid}`;
  try {
    copyFileSync(backup, copy);
    if (!isGood(copy)) throw new AppError('STORAGE_CORRUPT', 'This backup is damaged or from a newer version of PyExeKube; nothing was changed.', { action: 'Choose another one.' });
    await onGood();
    const source = openConnection(copy, log);
    try {
      migrate(source);
      settle(source, live);
      // All pages in one step: in between, a write of our own would wait for a lock that only this loop can give back.
      await source.db.backup(path, { progress: () => 0x7fff_ffff });
    } finally {
      source.db.close();
    }
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true });
  }
}

/** Nothing runs now, so nothing of the backup does; processes stay as they are, and each hears that everything changed. */
function settle(source: Sql, live: Sql): void {
  source.exec("UPDATE jobs SET phase = 'done', queue_order = NULL WHERE phase <> 'done'");
  source.exec("UPDATE runs SET status = 'interrupted', owner_gone = 0 WHERE status IN ('running', 'queued')");
  source.exec('DELETE FROM cores');
  for (const core of live.all<{ id: string; pid: number; machine: string; heartbeat_ms: number }>('SELECT id, pid, machine, heartbeat_ms FROM cores')) {
    source.run('INSERT INTO cores (id, pid, machine, heartbeat_ms) VALUES (?, ?, ?, ?)', core.id, core.pid, core.machine, core.heartbeat_ms);
  }
  for (const { topic, version } of live.all<{ topic: string; version: number }>('SELECT topic, version FROM changes')) {
    source.run('INSERT OR REPLACE INTO changes (topic, version) VALUES (?, ?)', topic, version + 1);
  }
}
