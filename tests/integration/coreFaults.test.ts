import { createRouterClient } from '@orpc/server';
import BetterSqlite3 from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import type { OutputRecord } from '../../contract/output.ts';
import { createCore, type Core } from '../../main/core/core.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-faults-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
});

async function open(folder = home): Promise<{ core: Core; client: ReturnType<typeof clientOf> }> {
  const core = await createCore({ home: folder, host: 'test', appVersion: '0.0.0' });
  return { core, client: clientOf(core) };
}

function clientOf(core: Core) {
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}

async function addRun(client: ReturnType<typeof clientOf>, title: string): Promise<RunId> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title, source: `print("${title}")`, pythonVersion: '3.14.2' });
  return id;
}

function text(seq: number, content: string): OutputRecord {
  return { seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text: content } };
}

async function notices(client: ReturnType<typeof clientOf>): Promise<string[]> {
  for await (const state of await client.system.watch()) return state.notices.map(({ message }) => message);
  return [];
}

/** Text that does not compress. */
function noise(length: number): string {
  let value = 1;
  let made = '';
  while (made.length < length) made += (value = (value * 48271) % 2147483647).toString(36);
  return made.slice(0, length);
}

function database(): string {
  return join(home, 'pyexekube.sqlite');
}

function scribble(path: string, offset: number, length: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, offset);
  closeSync(file);
}

describe('a damaged database', () => {
  async function makeBackedUp(): Promise<void> {
    const { core, client } = await open();
    await addRun(client, 'in the backup');
    await core.dispose();
    mkdirSync(join(home, 'backups'));
    copyFileSync(database(), join(home, 'backups', 'pyexekube-2026-01-02T03-04-05-678Z.sqlite'));
    const again = await open();
    await addRun(again.client, 'after the backup');
    await again.core.dispose();
  }

  it.each([
    ['its header is overwritten', () => scribble(database(), 0, 100)],
    ['all of it is overwritten', () => writeFileSync(database(), Buffer.alloc(50_000, 0xff))],
    ['it was emptied', () => writeFileSync(database(), '')],
    ['its schema is overwritten', () => scribble(database(), 100, 3996)],
  ])('is set aside and the newest backup restored when %s', async (_, damage) => {
    await makeBackedUp();
    // The newest backup is no good, the one before it is.
    writeFileSync(join(home, 'backups', 'pyexekube-2026-02-02T03-04-05-678Z.sqlite'), 'not a database');
    damage();
    const damaged = readFileSync(database());
    const { core, client } = await open();
    expect((await client.runs.list({})).runs.map(({ title }) => title)).toEqual(['in the backup']);
    const aside = readdirSync(home).find((name) => /^pyexekube\.sqlite\.corrupt-[^.]*Z$/.test(name));
    expect(readFileSync(join(home, aside ?? ''))).toEqual(damaged);
    expect(await notices(client)).toEqual([expect.stringMatching(/2026-01-02 03:04:05 UTC.*are missing.*\.corrupt-/)]);
    await core.dispose();
  });

  it('starts empty, and says so, when there is no backup', async () => {
    const first = await open();
    await addRun(first.client, 'lost');
    await first.core.dispose();
    scribble(database(), 0, 4096);
    const { core, client } = await open();
    expect((await client.runs.list({})).runs).toEqual([]);
    const [message] = await notices(client);
    expect(message).toContain('no good backup');
    await core.dispose();
    // Told until it is dismissed.
    const again = await open();
    expect(await notices(again.client)).toEqual([message]);
    await again.core.dispose();
  });

  it('is replaced while it is in use, when the damage is met only then', async () => {
    await makeBackedUp();
    const filler = await open();
    for (let i = 0; i < 200; i++) await addRun(filler.client, noise(300 + i));
    const runId = await addRun(filler.client, 'last');
    await filler.core.dispose();
    const { core, client } = await open();
    const states = await client.system.watch();
    await states.next();
    // Pages that nobody has read yet: the first ones hold what is read at opening.
    scribble(database(), 50 * 4096, statSync(database()).size - 50 * 4096);
    const failures = [];
    for (const call of [() => client.runs.get({ id: runId }), () => client.runs.list({ limit: 500 }), () => client.runs.list({ filter: { search: 'last' } })]) {
      failures.push(await call().then(() => null, (error: unknown) => error));
    }
    expect(failures).toContainEqual(expect.objectContaining({ code: 'STORAGE_CORRUPT', data: expect.objectContaining({ retryable: true }) }));
    expect((await states.next()).value).toMatchObject({ notices: [{ severity: 'error' }] });
    expect((await client.runs.list({})).runs.map(({ title }) => title)).toEqual(['in the backup']);
    await addRun(client, 'goes on');
    await core.dispose();
  });

  it('costs only the chunk of an output in which a byte has changed', async () => {
    const { core, client } = await open();
    const runId = await addRun(client, 'long');
    for (let seq = 1; seq <= 3; seq++) await client.output.append({ runId, records: [text(seq, `${noise(70_000)}\nneedle ${seq}\n`)] });
    const db = new BetterSqlite3(database());
    db.exec('UPDATE output_chunks SET data = CAST(substr(data, 1, 1000) || zeroblob(1) || substr(data, 1002) AS BLOB) WHERE first_seq = 2');
    db.close();
    const first = await client.output.read({ runId, after: 0 });
    expect(first.records.map(({ seq }) => seq)).toEqual([1]);
    await expect(client.output.read({ runId, after: 1 })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT', message: expect.stringContaining('record 2 to 2') });
    expect((await client.output.read({ runId, after: 2 })).records.map(({ seq }) => seq)).toEqual([3]);
    const lines: number[] = [];
    const search = async () => {
      for await (const batch of await client.output.search({ runId, query: 'needle' })) lines.push(...batch.matches.map(({ line }) => line));
    };
    await expect(search()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    expect(lines).toEqual([1, 5]);
    await client.output.append({ runId, records: [text(4, 'goes on')] });
    await core.dispose();
  });
});

describe('a database of a newer version', () => {
  it('is refused, and not touched', async () => {
    const { core } = await open();
    await core.dispose();
    const db = new BetterSqlite3(database());
    db.pragma('user_version = 999');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    const before = readFileSync(database());
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_NEWER', message: expect.stringContaining('999'), action: expect.stringContaining('Update') });
    expect(readFileSync(database())).toEqual(before);
    expect(readdirSync(home).filter((name) => name.startsWith('pyexekube.sqlite'))).toEqual(['pyexekube.sqlite']);
  });
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;

describe.skipIf(!canMount)('a full disk (needs root and mount to make a small one)', () => {
  function smallDisk(megabytes: number): string {
    const folder = join(home, 'disk');
    mkdirSync(folder);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    expect(mounted.status, String(mounted.stderr)).toBe(0);
    onTestFinished(() => void spawnSync('umount', ['-l', folder]));
    return folder;
  }

  function fill(folder: string): string {
    const path = join(folder, 'filler');
    const file = openSync(path, 'w');
    try {
      for (;;) writeSync(file, Buffer.alloc(4096));
    } catch {
      closeSync(file);
    }
    return path;
  }

  it('makes the storage read-only, says so, and goes on by itself when there is room', { timeout: 30_000 }, async () => {
    const disk = smallDisk(8);
    const { core, client } = await open(disk);
    const runId = await addRun(client, 'on a small disk');
    const states = await client.system.watch();
    expect((await states.next()).value).toMatchObject({ storage: { state: 'ok' } });
    const filler = fill(disk);
    let seq = 0;
    const append = async (): Promise<void> => {
      for (; seq < 1000; seq++) await client.output.append({ runId, records: [text(seq + 1, noise(60_000))] });
    };
    await expect(append()).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY', data: { retryable: true, action: expect.stringContaining('Free') } });
    expect((await states.next()).value).toMatchObject({ storage: { state: 'readOnly', reason: 'The disk is full.' } });
    await expect(addRun(client, 'refused')).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY' });
    expect((await client.runs.list({})).runs).toHaveLength(1);
    expect((await client.output.read({ runId, after: 0 })).lastSeq).toBe(seq);
    await expect(client.files.write({ path: join(disk, 'a.py'), text: 'x'.repeat(100_000) })).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY' });
    expect(readdirSync(disk).filter((name) => name.includes('a.py'))).toEqual([]);
    rmSync(filler);
    expect((await states.next()).value).toMatchObject({ storage: { state: 'ok' } });
    expect(await client.output.append({ runId, records: [text(seq + 1, noise(60_000))] })).toEqual({ lastSeq: seq + 1 });
    await core.dispose();
  });

  it('does not keep the application from starting', { timeout: 30_000 }, async () => {
    const disk = smallDisk(8);
    const before = await open(disk);
    await addRun(before.client, 'before');
    await before.core.dispose();
    const filler = fill(disk);
    const { core, client } = await open(disk);
    expect((await client.runs.list({})).runs).toHaveLength(1);
    await expect(addRun(client, 'refused')).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY' });
    const states = await client.system.watch();
    expect((await states.next()).value).toMatchObject({ storage: { state: 'readOnly' } });
    rmSync(filler);
    expect((await states.next()).value).toMatchObject({ storage: { state: 'ok' } });
    await addRun(client, 'goes on');
    await core.dispose();
  });
});

describe('the data folder', () => {
  it.skipIf(process.platform === 'win32')('is for its owner alone', async () => {
    const folder = join(home, 'new', 'deep');
    const { core } = await open(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
    await core.dispose();
  });
});
