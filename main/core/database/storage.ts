import { mkdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { BackupInfo } from '../../../contract/backups.ts';
import { AppError } from '../../../contract/errors.ts';
import type { StorageState } from '../../../contract/system.ts';
import { makeBackup, hasRoomFor, isBackupDue, listBackups } from './backups.ts';
import { migrate, needsMigration, openConnection } from './connection.ts';
import { checkReadable, fileIdentity, replaceDamaged, replacedMessage } from './damage.ts';
import { busyError, corruptError, faultOf, readOnlyError, writeFaultReason } from './faults.ts';
import type { Migration } from './migrations/index.ts';
import { inspectBackup, restoreBackup } from './restore.ts';
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

export type ReplacedWhy = 'damage' | 'restore';

export interface StorageOptions {
  path: string;
  backupFolder: string;
  log: (line: string) => void;
  /** By default those of this release. */
  migrations?: readonly Migration[];
}

export interface Storage {
  readonly path: string;
  /** Runs a query. @throws STORAGE_CORRUPT */
  read<T>(work: (sql: Sql) => T): T;
  /** Runs `work` in one transaction. @throws STORAGE_READ_ONLY (retryable) · STORAGE_CORRUPT · UNAVAILABLE another process holds the lock */
  write<T>(work: (sql: Sql) => T, durability?: Durability): T;
  state(): StorageState;
  /** Calls back after each change of `state`. @returns ends that */
  onState(listener: (state: StorageState) => void): () => void;
  /** What the person must be told about the opening: that a backup has taken the place of a damaged file. */
  readonly openingMessages: readonly string[];
  /** Calls back, with what the person must be told, when another content takes the place of this one: after damage, or because the person wanted it. */
  onReplaced(listener: (message: string, why: ReplacedWhy) => void): void;
  /** Makes the day's backup if it is due and fits. */
  backUp(): Promise<void>;
  readonly backupFolder: string;
  /** Backups, newest first. */
  backups(): BackupInfo[];
  /** Makes a backup now. @throws STORAGE_READ_ONLY there is no room for it */
  backUpNow(): Promise<void>;
  /**
   * Puts a backup in the place of what is there, which becomes a backup itself before; everyone reads again.
   * @param describe what the person must be told, asked when that backup is made @returns its answer
   * @throws NOT_FOUND · STORAGE_CORRUPT · STORAGE_READ_ONLY
   */
  restore(name: string, describe: () => string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Opens the database of the application, and in its stead a backup if it is damaged.
 * @throws STORAGE_NEWER · STORAGE_READ_ONLY there is no database yet, and none can be made
 */
export async function openStorage({ path, backupFolder, log, migrations }: StorageOptions): Promise<Storage> {
  const openingMessages: string[] = [];
  const replacedListeners = new Set<(message: string, why: ReplacedWhy) => void>();
  const stateListeners = new Set<(state: StorageState) => void>();
  let state: StorageState = { state: 'ok' };
  let probeTimer: NodeJS.Timeout | undefined;
  let closed = false;
  let backup: Promise<void> | null = null;
  let identity: string | null = null;
  /** Opened without shared memory, because the disk has no room for it: to be opened again when it has. */
  let alone = false;
  let sql = await openOrReplace();

  async function openChecked(): Promise<Sql> {
    // SQLite takes an empty file for a new database; where backups are, something has emptied it.
    const emptied = statSync(path, { throwIfNoEntry: false })?.size === 0 && listBackups(backupFolder).length > 0;
    if (emptied) throw Object.assign(new Error('the file is empty'), { code: 'SQLITE_NOTADB' });
    const opened = openAnyhow();
    try {
      checkReadable(opened);
      if (needsMigration(opened, migrations)) await makeBackup(opened, backupFolder);
      migrate(opened, migrations);
      return opened;
    } catch (error) {
      opened.db.close();
      throw error;
    }
  }

  function openAnyhow(): Sql {
    alone = false;
    try {
      return openConnection(path, log);
    } catch (error) {
      if (faultOf(error) !== 'cannotWrite') throw error;
      alone = true;
      return openConnection(path, log, 'alone');
    }
  }

  async function openOrReplace(): Promise<Sql> {
    identity = fileIdentity(path);
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      return await openChecked();
    } catch (error) {
      if (faultOf(error) === 'cannotWrite') throw readOnlyError(writeFaultReason(error), error);
      if (faultOf(error) !== 'corrupt') throw error;
      const message = replace(error);
      if (message !== null) openingMessages.push(message);
      const opened = await openChecked();
      identity = fileIdentity(path);
      return opened;
    }
  }

  /** @returns what the person must be told */
  function replace(error: unknown): string | null {
    // Another process was faster: what stands there now is the restored file.
    if (identity !== null && fileIdentity(path) !== identity) return null;
    const message = replacedMessage(replaceDamaged(path, backupFolder), error instanceof Error ? error.message : String(error));
    log(message);
    return message;
  }

  /** The database turned out to be damaged while it is in use: the next call finds the backup. */
  function replaceOpen(error: unknown): void {
    try {
      sql.db.close();
      const message = replace(error);
      sql = openAnyhow();
      migrate(sql, migrations);
      identity = fileIdentity(path);
      for (const listener of replacedListeners) listener(message ?? 'The database was damaged; another PyExeKube has restored it.', 'damage');
    } catch (failure) {
      log(`could not replace the damaged database: ${String(failure)}`);
    }
  }

  async function makeDailyBackup(): Promise<void> {
    if (!isBackupDue(backupFolder)) return;
    if (hasRoomFor(path)) await makeBackup(sql, backupFolder, () => closed);
    else log('no backup: the disk has too little room for one');
  }

  /** @param needed a backup that is about to be restored: it must not be deleted for being the oldest */
  async function backUpNow(needed: string | null): Promise<void> {
    await backup;
    if (!hasRoomFor(path)) throw new AppError('STORAGE_READ_ONLY', 'The disk has too little room for a backup.', { action: 'Free some space on the disk that holds the data folder.' });
    try {
      await makeBackup(sql, backupFolder, () => closed, needed);
    } catch (error) {
      if (faultOf(error) === 'cannotWrite') throw readOnlyError(writeFaultReason(error), error);
      throw error;
    }
  }

  function setState(next: StorageState): void {
    state = next;
    for (const listener of stateListeners) listener(state);
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
      if (alone) {
        sql.db.close();
        sql = openAnyhow();
      }
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
    const used = sql;
    used.setDurable(durability === 'power');
    used.run('BEGIN IMMEDIATE');
    try {
      const result = work(used);
      used.run('COMMIT');
      return result;
    } catch (error) {
      // After SQLITE_FULL and the like SQLite has rolled back by itself.
      if (used.db.inTransaction) used.run('ROLLBACK');
      throw error;
    }
  }

  function translate(error: unknown, writing: boolean): unknown {
    const fault = faultOf(error);
    if (fault === 'corrupt') {
      replaceOpen(error);
      return corruptError(path, error);
    }
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
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    openingMessages,
    onReplaced: (listener) => {
      replacedListeners.add(listener);
    },
    backUp: async () => {
      if (closed || backup !== null || state.state !== 'ok') return;
      backup = makeDailyBackup().catch((error: unknown) => log(`no backup: ${String(error)}`));
      await backup;
      backup = null;
    },
    backupFolder,
    backups: () =>
      listBackups(backupFolder).flatMap(({ path: file, time }) => {
        const bytes = statSync(file, { throwIfNoEntry: false })?.size;
        return bytes === undefined ? [] : [{ name: basename(file), madeMs: time.getTime(), bytes, content: inspectBackup(sql, file) }];
      }),
    backUpNow: () => backUpNow(null),
    restore: async (name, describe) => {
      const chosen = listBackups(backupFolder).find((one) => basename(one.path) === name);
      if (chosen === undefined) throw new AppError('NOT_FOUND', 'There is no such backup any more.', { action: 'Look at the list again.' });
      let message = '';
      try {
        await restoreBackup(sql, path, chosen.path, log, async () => {
          await backUpNow(chosen.path);
          message = describe();
        });
      } catch (error) {
        if (faultOf(error) === 'cannotWrite') throw readOnlyError(writeFaultReason(error), error);
        throw error;
      }
      log(message);
      for (const listener of replacedListeners) listener(message, 'restore');
      return message;
    },
    close: async () => {
      closed = true;
      clearInterval(probeTimer);
      await backup;
      sql.db.close();
    },
  };
}
