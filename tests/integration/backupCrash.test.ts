import BetterSqlite3 from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrations } from '../../main/core/database/migrations/index.ts';
import { openStorage } from '../../main/core/database/index.ts';
import { fillHistory } from '../support/fillHistory.ts';

const runs = 300;

async function workAndKill(home: string, what: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'backupChild.ts'), home, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await ended;
}

/** A home with a history of a few megabytes. */
async function filledHome(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'pyexekube-backup-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  await fillHistory(home, runs);
  const db = new BetterSqlite3(join(home, 'pyexekube.sqlite'));
  db.exec('CREATE TABLE filler (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT');
  for (let i = 0; i < 40; i++) db.exec('INSERT INTO filler (data) VALUES (randomblob(100000))');
  db.close();
  return home;
}

function check(path: string): { version: unknown; runs: unknown } {
  const db = new BetterSqlite3(path);
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    return { version: db.pragma('user_version', { simple: true }), runs: db.prepare('SELECT count(*) FROM runs').pluck().get() };
  } finally {
    db.close();
  }
}

const newest = migrations.at(-1)?.version ?? 0;

describe('kill -9', () => {
  it.each(['backup', 'restore'])('in the middle of a %s leaves the database and all backups whole', { timeout: 120_000 }, async (what) => {
    const home = await filledHome();
    for (let i = 0; i < 12; i++) {
      await workAndKill(home, what, 150 + ((i * 37) % 120));
      expect(check(join(home, 'pyexekube.sqlite'))).toEqual({ version: newest, runs });
      for (const name of readdirSync(join(home, 'backups'))) {
        if (name.startsWith('.') || !name.endsWith('.sqlite')) continue;
        expect(check(join(home, 'backups', name)), name).toEqual({ version: newest, runs });
      }
    }
    // What the killed ones have left is cleared away by the next.
    const storage = await openStorage({ path: join(home, 'pyexekube.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
    await storage.backUpNow();
    await storage.close();
    expect(readdirSync(join(home, 'backups')).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('in the middle of a migration leaves the old schema or the new one, and all runs', { timeout: 120_000 }, async () => {
    const filled = await filledHome();
    const seen = new Set<unknown>();
    for (let i = 0; i < 12; i++) {
      const home = `${filled}-${i}`;
      onTestFinished(() => rmSync(home, { recursive: true, force: true }));
      cpSync(filled, home, { recursive: true });
      await workAndKill(home, 'migrate', i * 12);
      const { version, runs: left } = check(join(home, 'pyexekube.sqlite'));
      expect(left).toBe(runs);
      expect([newest, newest + 1]).toContain(version);
      seen.add(version);
    }
    expect(seen.size).toBeGreaterThan(0);
  });
});
