import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Sql } from './sql.ts';

/** How many backups are kept. */
export const keptBackups = 5;
/** A backup that is younger than this makes a further one needless, in milliseconds. */
const backupEveryMs = 24 * 60 * 60 * 1000;
/** Pages copied at a time, between which the event loop goes on; 100 of them take about a millisecond. */
const pagesAtATime = 200;

export interface Backup {
  path: string;
  time: Date;
}

const namePattern = /^pyexekube-(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)\.sqlite$/;

/** Backups in a folder, newest first. */
export function listBackups(folder: string): Backup[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .sort()
    .toReversed()
    .flatMap((name) => {
      const found = namePattern.exec(name);
      return found === null ? [] : [{ path: join(folder, name), time: new Date(`${found[1]}:${found[2]}:${found[3]}.${found[4]}`) }];
    });
}

/** Whether the day's backup is still to be made. */
export function isBackupDue(folder: string, now = Date.now()): boolean {
  const newest = listBackups(folder)[0];
  return newest === undefined || now - newest.time.getTime() >= backupEveryMs;
}

/** Whether a copy of the database fits on the disk with as much again to spare. */
export function hasRoomFor(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize > statSync(path).size * 2;
}

/**
 * Copies the database with SQLite's online backup, while it is being used. It gets its name when it is whole; then
 * the oldest ones beyond `keptBackups` are deleted.
 *
 * @param isEnded asked between two stretches; true gives up
 */
export async function makeBackup(sql: Sql, folder: string, isEnded: () => boolean = () => false): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `pyexekube-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.sqlite`);
  const partial = join(folder, `.${basename(path)}.${process.pid}.partial`);
  try {
    await sql.db.backup(partial, {
      progress: () => {
        if (isEnded()) throw new Error('The backup was given up.');
        return pagesAtATime;
      },
    });
    if (process.platform !== 'win32') chmodSync(partial, 0o600);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
  for (const old of listBackups(folder).slice(keptBackups)) rmSync(old.path, { force: true });
}
