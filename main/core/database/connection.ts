import BetterSqlite3 from 'better-sqlite3';
import { chmodSync } from 'node:fs';
import { AppError } from '../../../contract/errors.ts';
import { migrations as released, type Migration } from './migrations/index.ts';
import { Sql } from './sql.ts';

/** How long a statement waits for another process's write, in milliseconds. */
const busyTimeoutMs = 5000;

/**
 * Opens a database file, making it if there is none, without looking at more than its first pages: the time does not
 * depend on the size. Migrates nothing.
 *
 * @param sharing `alone` keeps other processes out, and in return needs no room on the disk for the memory that they share
 * @throws AppError STORAGE_NEWER a newer release of the application has written it; nothing is changed then
 */
export function openConnection(path: string, log: (line: string) => void, sharing: 'shared' | 'alone' = 'shared'): Sql {
  const db = new BetterSqlite3(path, { timeout: busyTimeoutMs });
  try {
    const sql = new Sql(db, log);
    // Before the first access, or it has no such effect (sqlite.org/wal.html, "Use of WAL Without Shared-Memory").
    if (sharing === 'alone') db.pragma('locking_mode = EXCLUSIVE');
    refuseNewer(sql, path);
    // SQLite gives the files beside it the same mode.
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    // The page layout has to be chosen before the first table is made. Later, the same pragma would write at each opening.
    if (schemaVersion(sql) === 0) db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    db.pragma('journal_size_limit = 67108864');
    db.pragma('trusted_schema = OFF');
    // In KiB. better-sqlite3 keeps 16 MB; the system keeps the file's pages anyway.
    db.pragma('cache_size = -4096');
    return sql;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The schema's version of a database. */
export function schemaVersion(sql: Sql): number {
  return sql.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

export const newestVersion = released.at(-1)?.version ?? 0;

function refuseNewer(sql: Sql, path: string): void {
  const version = schemaVersion(sql);
  if (version <= newestVersion) return;
  throw new AppError(
    'STORAGE_NEWER',
    `The database ${path} was written by a newer version of PyExeKube (its format is ${version}, this version knows ${newestVersion}). Nothing was changed.`,
    { action: 'Update PyExeKube, or set PYEXEKUBE_HOME to another folder.' },
  );
}

/** Whether there is a schema, and an older one. */
export function needsMigration(sql: Sql, migrations: readonly Migration[] = released): boolean {
  const version = schemaVersion(sql);
  return version > 0 && migrations.some((migration) => migration.version > version);
}

/** Brings the schema up to date, each step in a transaction of its own. Two processes may do it at once: one waits. */
export function migrate(sql: Sql, migrations: readonly Migration[] = released): void {
  for (const migration of migrations) {
    if (schemaVersion(sql) >= migration.version) continue;
    sql.exec('BEGIN IMMEDIATE');
    try {
      if (schemaVersion(sql) < migration.version) {
        migration.up(sql);
        sql.exec(`PRAGMA user_version = ${migration.version}`);
      }
      sql.exec('COMMIT');
    } catch (error) {
      if (sql.db.inTransaction) sql.exec('ROLLBACK');
      throw error;
    }
  }
}
