import BetterSqlite3 from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrations } from '../../main/core/database/migrations/index.ts';
import { openStorage } from '../../main/core/database/index.ts';
import { bundledChild, folderInMemory } from '../support/bundledChild.ts';
import { fillHistory } from '../support/fillHistory.ts';

const runs = 300;

type Child = Awaited<ReturnType<typeof bundledChild>>;

const childOf = (): Promise<Child> => bundledChild(join(import.meta.dirname, 'backupChild.ts'));

/** @param afterMs since it said that it begins; Infinity lets it end @returns how long it worked */
async function workAndKill({ file, env }: Child, home: string, what: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [file, home, what], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  const begun = performance.now();
  if (Number.isFinite(afterMs)) setTimeout(() => child.kill('SIGKILL'), afterMs);
  await ended;
  return performance.now() - begun;
}

/** A home with a history of a few megabytes. */
async function filledHome(): Promise<string> {
  const home = folderInMemory();
  mkdirSync(join(home, 'backups'));
  await fillHistory(home, runs);
  const db = new BetterSqlite3(join(home, 'pyexekube.sqlite'));
  db.exec('CREATE TABLE filler (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT');
  for (let i = 0; i < 15; i++) db.exec('INSERT INTO filler (data) VALUES (randomblob(100000))');
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
    const child = await childOf();
    for (let i = 0; i < 15; i++) {
      await workAndKill(child, home, what, 40 + Math.random() * 150);
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
    const child = await childOf();
    const seen: unknown[] = [];
    async function migrate(name: string, afterMs: number): Promise<number> {
      const home = `${filled}-${name}`;
      onTestFinished(() => rmSync(home, { recursive: true, force: true }));
      cpSync(filled, home, { recursive: true });
      const took = await workAndKill(child, home, 'migrate', afterMs);
      const { version, runs: left } = check(join(home, 'pyexekube.sqlite'));
      expect(left).toBe(runs);
      seen.push(version);
      return took;
    }
    // Once to its end, to know how long it takes, and then killed at moments spread over that.
    let whole = await migrate('whole', Number.POSITIVE_INFINITY);
    for (let i = 0; i < 30; i++) {
      const took = await migrate(String(i), (whole * (i + Math.random())) / 30);
      // The machine has become less busy since it was measured: that long it takes at most.
      if (seen.at(-1) === newest + 1) whole = Math.min(whole, took);
    }
    expect(seen.filter((version) => version !== newest && version !== newest + 1)).toEqual([]);
    expect(seen[0]).toBe(newest + 1);
    expect(seen.filter((version) => version === newest).length).toBeGreaterThan(5);
  });
});
