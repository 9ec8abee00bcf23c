import { createRouterClient } from '@orpc/server';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClientId, newRunId, type RunId } from '../../../contract/ids.ts';
import { Settings } from '../../../contract/settings.ts';
import { createCore, type Core } from '../core.ts';
import { createChanges, openStorage, type Storage } from '../database/index.ts';
import { createRunsFeed } from './feed.ts';
import { findExpired } from './expired.ts';
import { createRetention } from './retention.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-history-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function clientOf(core: Core) {
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}
type Client = ReturnType<typeof clientOf>;

async function addRun(client: Client, source: string, options: { title?: string; output?: string[]; ends?: boolean } = {}): Promise<RunId> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: options.title ?? 't', source, pythonVersion: '3.14.2' });
  for (const [i, text] of (options.output ?? []).entries()) {
    await client.output.append({ runId: id, records: [{ seq: i + 1, timeMs: 1, body: { kind: 'text', stream: 'stdout', text } }] });
  }
  if (options.ends !== false) await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
  return id;
}

describe('searching the history', () => {
  let core: Core;
  let client: Client;

  beforeEach(async () => {
    core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
    client = clientOf(core);
  });
  afterEach(() => core.dispose());

  const sources = ['alpha_beta == 1', 'print("100%_sure")', 'naïve = "Füße"  # 数据分析', 'a = b', "it's \"quoted\" -- ; DROP", 'import os'];

  async function search(text: string): Promise<string[]> {
    const { runs } = await client.runs.list({ filter: { search: text } });
    return Promise.all(runs.map(async ({ id }) => (await client.runs.get({ id })).source));
  }

  it.each([
    ['pha_b', [0]],
    ['PHA_B', [0]],
    ['alpha 1', [0]],
    ['==', [0]],
    ['=', [3, 2, 0]],
    ['%_', [1]],
    ['100%', [1]],
    ['al', [0]],
    ['be', []],
    ['b', [3]],
    ['数据分', [2]],
    ['üße', [2]],
    ['"quoted"', [4]],
    ["'s \"q -- ;", [4]],
    ['drop', [4]],
    ['os import', [5]],
    ['   ', [5, 4, 3, 2, 1, 0]],
    ['alpha print', []],
    ['NOT', []],
    ['import OR', [5]],
    ['import zz', []],
  ])('%j finds what holds every word', async (text, expected) => {
    for (const source of sources) await addRun(client, source);
    expect(await search(text)).toEqual(expected.map((i) => sources[i]));
    expect(await client.runs.count({ filter: { search: text } })).toEqual({ count: expected.length });
  });

  it('takes anything for plain text', async () => {
    await addRun(client, 'x');
    const hostile = ['"', '""', "'", '*', '^', 'title:', '{title}:', 'NEAR(a b)', 'a AND', '(', '-', '+', '\0', 'a\0b', '\ud800', '\\', '%%%', '___', 'é', '\u{1F600}', 'x'.repeat(1000), 'ab '.repeat(333), 'abcd '.repeat(200)];
    const distinctShort = Array.from({ length: 333 }, (_, i) => String.fromCharCode(0x4e00 + i) + '!').join(' ').slice(0, 1000);
    const distinctLong = Array.from({ length: 250 }, (_, i) => i.toString().padStart(3, '0')).join(' ').slice(0, 1000);
    for (const text of [...hostile, distinctShort, distinctLong, hostile.join(' ').slice(0, 1000)]) {
      await expect(client.runs.list({ filter: { search: text } })).resolves.toHaveProperty('runs');
    }
  });

  it('finds a new title and an error, and no longer the old ones', async () => {
    const id = await addRun(client, 'x', { title: 'before', ends: false });
    expect(await search('before')).toEqual(['x']);
    await client.runs.update({ id, title: 'after' });
    await client.runs.finish({ id, status: 'failed', exitCode: 1, durationMs: 1, peakMemoryBytes: null, error: 'KeyError: zebra' });
    expect(await search('before')).toEqual([]);
    expect(await search('after zebra')).toEqual(['x']);
    await client.runs.delete({ ids: [id] });
    expect(await search('after')).toEqual([]);
  });

  it('indexes a long source whole', async () => {
    await addRun(client, `${'filler = 1\n'.repeat(100_000)}needle_at_the_end`);
    await addRun(client, 'y');
    expect(await search('needle_at')).toHaveLength(1);
  });

  it('goes on from a run that was deleted meanwhile', async () => {
    const ids: RunId[] = [];
    for (let i = 0; i < 4; i++) ids.push(await addRun(client, 'page'));
    const first = await client.runs.list({ limit: 2 });
    await client.runs.delete({ ids: [ids[2] ?? newRunId()] });
    expect((await client.runs.list({ limit: 5, cursor: first.next })).runs.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
    expect((await client.runs.list({ cursor: newRunId(1) })).runs).toEqual([]);
  });

  it('shows the first line that says something', async () => {
    const lines = async (source: string) => (await client.runs.get({ id: await addRun(client, source) })).firstLine;
    expect(await lines('')).toBe('');
    expect(await lines('# only\n\n#comments')).toBe('');
    expect(await lines('\r\n  # c\n  x = 1  \n')).toBe('x = 1');
    expect(await lines(`${'a'.repeat(199)}\u{1F600}b`)).toBe('a'.repeat(199));
  });
});

describe('what is kept', () => {
  const day = 24 * 60 * 60 * 1000;
  let storage: Storage;

  async function fill(): Promise<RunId[]> {
    const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
    const client = clientOf(core);
    const ids: RunId[] = [];
    for (let i = 0; i < 4; i++) ids.push(await addRun(client, 'x', { output: Array.from({ length: 8 }, () => randomBytes(150_000).toString('base64')) }));
    await client.runs.update({ id: ids[0] ?? newRunId(), pinned: true });
    await core.dispose();
    storage = await openStorage({ path: join(home, 'pyexekube.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
    return ids;
  }
  afterEach(() => storage.close());

  const expired = (settings: Partial<Settings>, now = Date.now()) => storage.read((sql) => findExpired(sql, Settings.parse(settings), now)).map(({ id }) => id);

  it('is all, unless the settings say otherwise', async () => {
    const ids = await fill();
    expect(expired({})).toEqual([]);
    expect(expired({ keepRunsDays: 1 })).toEqual([]);
    expect(expired({ keepRunsDays: 1 }, Date.now() + 2 * day)).toEqual(ids.slice(1));
    expect(expired({ keepRunsCount: 3 })).toEqual([]);
    expect(expired({ keepRunsCount: 1 })).toEqual([ids[1], ids[2]]);
    expect(expired({ keepOutputMegabytes: 3 })).toEqual([ids[1]]);
    // The newest stays, however large it is: it was ended a moment ago.
    expect(expired({ keepOutputMegabytes: 1 })).toEqual([ids[1], ids[2]]);
    storage.write((sql) => sql.run("UPDATE runs SET status = 'running' WHERE id = ?", ids[1] ?? ''));
    expect(expired({ keepRunsCount: 1 })).toEqual([ids[2]]);
  });

  it('is brought about in small steps, and the room is given back', { timeout: 30_000 }, async () => {
    const ids = await fill();
    const changes = createChanges(storage);
    const feed = createRunsFeed(changes);
    const events = feed.watch(undefined);
    const retention = createRetention(storage, () => Settings.parse({ keepRunsCount: 1 }), feed);
    retention.schedule();
    expect((await events.next()).value).toEqual({ type: 'deleted', ids: [ids[1], ids[2]] });
    const pages = (): number => storage.read((sql) => sql.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0);
    const before = pages();
    while (pages() > before * 0.7) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(storage.read((sql) => sql.all('SELECT * FROM deleted_outputs'))).toEqual([]);
    expect(storage.read((sql) => sql.all('SELECT DISTINCT run_key FROM output_chunks'))).toHaveLength(2);
    retention.dispose();
    changes.dispose();
  });
});
