import BetterSqlite3 from 'better-sqlite3';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptBackups, listBackups } from './backups.ts';
import { createChanges } from './changes.ts';
import { faultOf, readOnlyError, writeFaultReason } from './faults.ts';
import { recall, remember } from './memory.ts';
import { migrations } from './migrations/index.ts';
import { openStorage, type Storage } from './storage.ts';

let home: string;
let lines: string[];
const opened: Storage[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-storage-'));
  lines = [];
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  rmSync(home, { recursive: true, force: true });
});

const path = (): string => join(home, 'pyexekube.sqlite');
const backupFolder = (): string => join(home, 'backups');

async function open(options: Partial<Parameters<typeof openStorage>[0]> = {}): Promise<Storage> {
  const storage = await openStorage({ path: path(), backupFolder: backupFolder(), log: (line) => lines.push(line), ...options });
  opened.push(storage);
  return storage;
}

describe('backups', () => {
  it('are made once a day, while the database is used, and the newest are kept', async () => {
    const storage = await open();
    storage.write((sql) => remember(sql, 'a', '1'));
    mkdirSync(backupFolder());
    for (let day = 1; day <= 7; day++) writeFileSync(join(backupFolder(), `pyexekube-2026-01-0${day}T00-00-00-000Z.sqlite`), '');
    writeFileSync(join(backupFolder(), 'something else.sqlite'), '');
    const making = storage.backUp();
    storage.write((sql) => remember(sql, 'b', '2'));
    await making;
    const backups = listBackups(backupFolder());
    expect(backups).toHaveLength(keptBackups);
    expect(backups.at(-1)?.time).toEqual(new Date('2026-01-04T00:00:00.000Z'));
    expect(readdirSync(backupFolder())).toContain('something else.sqlite');
    const copy = new BetterSqlite3(backups[0]?.path, { readonly: true });
    expect(copy.prepare("SELECT value FROM memory WHERE name = 'a'").pluck().get()).toBe('1');
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    copy.close();
    expect(statSync(backups[0]?.path ?? '').mode & 0o077).toBe(process.platform === 'win32' ? 0o066 : 0);
    await storage.backUp();
    expect(listBackups(backupFolder())).toEqual(backups);
    // A busy machine may be slow, and says so.
    expect(lines.filter((line) => !line.startsWith('slow query'))).toEqual([]);
  });

  it('are given up when the application ends, and when there is no way to make them', async () => {
    const storage = await open();
    storage.write((sql) => sql.run('INSERT INTO probe (id, filler) VALUES (1, zeroblob(5000000))'));
    const making = storage.backUp();
    await storage.close();
    await making;
    opened.pop();
    expect(readdirSync(backupFolder())).toEqual([]);
    const again = await open({ backupFolder: path() });
    await again.backUp();
    expect(lines.join()).toContain('no backup');
  });

  it.skipIf(process.platform === 'win32')('are left out, and nothing else, while the folder of the data is not there', async () => {
    const storage = await open();
    renameSync(home, `${home}-away`);
    await storage.backUp();
    expect(lines.join()).toMatch(/no backup: Error: ENOENT/);
    renameSync(`${home}-away`, home);
    await storage.backUp();
    expect(listBackups(backupFolder())).toHaveLength(1);
  });
});

describe('migrations', () => {
  const newest = migrations.at(-1)?.version ?? 0;
  const second = { version: newest + 1, up: (sql: { exec(text: string): void }) => sql.exec('CREATE TABLE added (id INTEGER PRIMARY KEY) STRICT') };
  const broken = {
    version: newest + 2,
    up(sql: { exec(text: string): void }) {
      sql.exec('CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT');
      throw new Error('a bug in a migration');
    },
  };

  it('come after a backup, and one that fails leaves nothing behind', async () => {
    const first = await open();
    first.write((sql) => remember(sql, 'a', '1'));
    await first.close();
    opened.pop();
    await expect(open({ migrations: [...migrations, second, broken] })).rejects.toThrow('a bug in a migration');
    const db = new BetterSqlite3(path(), { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBe(newest + 1);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('added', 'half')").pluck().all()).toEqual(['added']);
    expect(db.prepare("SELECT value FROM memory WHERE name = 'a'").pluck().get()).toBe('1');
    db.close();
    const copy = new BetterSqlite3(listBackups(backupFolder())[0]?.path, { readonly: true });
    expect(copy.pragma('user_version', { simple: true })).toBe(newest);
    copy.close();
  });

  it('are numbered in their order', () => {
    const versions = migrations.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  });
});

describe('a storage', () => {
  it('forgets a transaction that failed', async () => {
    const storage = await open();
    expect(() =>
      storage.write((sql) => {
        remember(sql, 'a', '1');
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    expect(storage.read((sql) => recall(sql, 'a'))).toBeNull();
    storage.write((sql) => remember(sql, 'a', '1'), 'power');
    storage.write((sql) => remember(sql, 'a', null));
    expect(storage.read((sql) => recall(sql, 'a'))).toBeNull();
  });

  it('says which process is in the way of a write', { timeout: 20_000 }, async () => {
    const storage = await open();
    const other = new BetterSqlite3(path());
    other.exec('BEGIN IMMEDIATE');
    expect(() => storage.write((sql) => remember(sql, 'a', '1'))).toThrow(expect.objectContaining({ code: 'UNAVAILABLE', retryable: true }));
    other.exec('ROLLBACK');
    other.close();
    storage.write((sql) => remember(sql, 'a', '1'));
    expect(storage.state()).toEqual({ state: 'ok' });
    expect(lines.join()).toContain('slow query');
  });

  it('cannot be made where nothing can be', async () => {
    writeFileSync(join(home, 'file'), '');
    await expect(open({ path: join(home, 'file', 'in', 'pyexekube.sqlite') })).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY' });
    await expect(open({ path: home })).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY' });
  });

  it('takes over what another process has restored', async () => {
    const storage = await open();
    const changes = createChanges(storage);
    let told = 0;
    changes.subscribe('runs', () => told++);
    const other = await open();
    other.write((sql) => sql.run("UPDATE changes SET version = version + 1 WHERE topic = 'runs'"));
    changes.poll();
    expect(told).toBe(1);
    other.write((sql) => remember(sql, 'a', '1'));
    changes.poll();
    expect(told).toBe(1);
    changes.dispose();
  });
});

describe('faults', () => {
  it.each([
    ['SQLITE_FULL', 'cannotWrite', 'The disk is full.'],
    ['SQLITE_IOERR_SHMSIZE', 'cannotWrite', 'The disk is full.'],
    ['ENOSPC', 'cannotWrite', 'The disk is full.'],
    ['SQLITE_READONLY_DBMOVED', 'cannotWrite', 'The data folder is not writable.'],
    ['EROFS', 'cannotWrite', 'The data folder is not writable.'],
    ['SQLITE_CANTOPEN', 'cannotWrite', 'The data folder is not writable.'],
    ['SQLITE_IOERR_DELETE', 'cannotWrite', 'The disk refused to write (SQLITE_IOERR_DELETE).'],
    ['SQLITE_CORRUPT_INDEX', 'corrupt', 'The disk refused to write (SQLITE_CORRUPT_INDEX).'],
    ['SQLITE_NOTADB', 'corrupt', 'The disk refused to write (SQLITE_NOTADB).'],
    ['SQLITE_BUSY_SNAPSHOT', 'busy', 'The disk refused to write (SQLITE_BUSY_SNAPSHOT).'],
    ['SQLITE_CONSTRAINT', 'other', 'The disk refused to write (SQLITE_CONSTRAINT).'],
  ])('%s is %s', (code, fault, reason) => {
    const error = Object.assign(new Error('x'), { code });
    expect(faultOf(error)).toBe(fault);
    expect(writeFaultReason(error)).toBe(reason);
  });

  it('say what helps', () => {
    const actionOf = (code: string): string => {
      const { message, action } = readOnlyError(writeFaultReason(Object.assign(new Error('x'), { code })));
      return `${message} ${action}`;
    };
    expect(actionOf('SQLITE_FULL')).toMatch(/^The disk is full\. .* room again\. Free some space/);
    expect(actionOf('EROFS')).toMatch(/^The data folder is not writable\. .* Make the data folder writable.*PYEXEKUBE_HOME/);
  });
});
