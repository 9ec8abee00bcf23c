import BetterSqlite3 from 'better-sqlite3';
import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { listBackups, momentText } from './backups.ts';
import { newestVersion } from './connection.ts';
import { faultOf } from './faults.ts';
import type { Sql } from './sql.ts';

/** Which file a path leads to now, so that a file that another process has put there meanwhile is not taken for the damaged one. */
export function fileIdentity(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev}:${stats.ino}`;
}

/**
 * Looks at the pages without which nothing works: the header, the schema, and the first row of each table. A whole check
 * would read the whole file. @throws SQLite's own error
 */
export function checkReadable(sql: Sql): void {
  const tables = sql.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT GLOB 'run_text_*'");
  for (const { name } of tables) sql.all(`SELECT 1 FROM "${name.replaceAll('"', '""')}" LIMIT 1`);
}

/** Whether SQLite finds nothing wrong in a whole file, and this version of the application can read it. */
export function isGood(path: string): boolean {
  let db: BetterSqlite3.Database | undefined;
  try {
    db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
    const version = db.pragma('user_version', { simple: true });
    return db.pragma('quick_check(1)', { simple: true }) === 'ok' && typeof version === 'number' && version > 0 && version <= newestVersion;
  } catch (error) {
    if (faultOf(error) === 'other') throw error;
    return false;
  } finally {
    db?.close();
  }
}

export interface Replaced {
  /** Where the damaged file is now. */
  setAside: string;
  /** The backup that took its place and when it was made; null if there was none: the database is empty. */
  backup: { path: string; time: Date } | null;
}

/** Puts the newest good backup in the place of a damaged database, which is kept under another name. Its connection must be closed. */
export function replaceDamaged(path: string, backupFolder: string): Replaced {
  const setAside = `${path}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  // With these names SQLite still finds the write-ahead log that belongs to the file, should someone open it.
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(path + suffix)) renameSync(path + suffix, setAside + suffix);
  const restoring = `${path}.restoring`;
  for (const backup of listBackups(backupFolder)) {
    copyFileSync(backup.path, restoring);
    const good = isGood(restoring);
    for (const suffix of ['-wal', '-shm']) rmSync(restoring + suffix, { force: true });
    if (good) {
      renameSync(restoring, path);
      return { setAside, backup };
    }
  }
  rmSync(restoring, { force: true });
  return { setAside, backup: null };
}

/** What the person is told about it. */
export function replacedMessage({ setAside, backup }: Replaced, why: string): string {
  const lost =
    backup === null
      ? 'There was no good backup, so history, tabs and settings start empty.'
      : `The backup of ${momentText(backup.time)} was restored: runs, tabs and settings since then are missing.`;
  return `The database was damaged (${why}). ${lost} The damaged file was kept as ${setAside}; nothing of it was deleted.`;
}
