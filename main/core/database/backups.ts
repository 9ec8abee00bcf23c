import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Sql } from './sql.ts';

/** How many backups are kept unless the settings say otherwise. */
export const keptBackups = 5;
/** A backup that is younger than this makes a further one needless, in milliseconds. */
const backupEveryMs = 24 * 60 * 60 * 1000;
/** Pages copied at a time, between which the event loop goes on; 100 of them take about a millisecond. */
const pagesAtATime = 200;

export interface Backup {
  path: string;
  time: Date;
}

/** A moment as a message tells it, whoever reads it and wherever: `2026-11-22 07:27:42 UTC`. */
export function momentText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
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
  // One from the future was made while the clock was wrong: it must not keep the next from being made.
  return newest === undefined || Math.abs(now - newest.time.getTime()) >= backupEveryMs;
}

/** Whether a copy of the database fits on the disk with as much again to spare. */
export function hasRoomFor(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize > statSync(path).size * 2;
}

/**
 * Copies the database with SQLite's online backup, while it is being used. It gets its name when it is whole; then
 * the oldest ones beyond what the settings keep are deleted.
 *
 * @param isEnded asked between two stretches; true gives up
 * @param needed a backup that stays, however old it is
 */
export async function makeBackup(sql: Sql, folder: string, isEnded: () => boolean = () => false, needed: string | null = null): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removePartials(folder);
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
  // The one just made stays, even if the clock was ahead when others were.
  const others = listBackups(folder).filter((one) => one.path !== path);
  for (const old of others.slice(keepSetting(sql) - 1)) if (old.path !== needed) rmSync(old.path, { force: true });
}

/** The setting `keepBackups`; a schema that is about to be migrated may have none. */
function keepSetting(sql: Sql): number {
  const text = sql.get<{ value: string }>("SELECT value FROM settings WHERE name = 'keepBackups'")?.value;
  const count = Number(text ?? keptBackups);
  return Number.isInteger(count) && count >= 1 ? count : keptBackups;
}

/** Removes what a process that was killed while it made a backup has left behind. */
function removePartials(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\.pyexekube-.*\.(\d+)\.partial$/.exec(name)?.[1];
    if (pid !== undefined && !processExists(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
