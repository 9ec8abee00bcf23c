import { createRouterClient } from '@orpc/server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClientId, newRunId, newTabId } from '../../contract/ids.ts';
import { createCore, type Core } from './core.ts';
import { Settings } from '../../contract/settings.ts';
import BetterSqlite3 from 'better-sqlite3';

describe('the core over a real database', () => {
  let home: string;
  let core: Core;
  let lines: string[];
  const clientId = newClientId();

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'pyexekube-core-'));
    lines = [];
    core = await createCore({
      home,
      host: 'test',
      appVersion: '0.0.0',
      log: (line) => lines.push(line),
      pick: async () => {
        throw new TypeError('a secret of ours');
      },
    });
  });
  afterEach(async () => {
    await core.dispose();
    rmSync(home, { recursive: true });
  });

  it('keeps a run from its start to its end, with its output', async () => {
    const client = createRouterClient(core.router, { context: { clientId } });
    const id = newRunId();
    const started = await client.runs.start({ id, engine: 'local', mode: 'file', title: 'scratch 1', source: '# hi\nprint("hi")', pythonVersion: '3.14.2' });
    expect(started).toMatchObject({ status: 'running', firstLine: 'print("hi")' });
    expect(await client.output.append({ runId: id, records: [{ seq: 1, timeMs: 5, body: { kind: 'text', stream: 'stdout', text: 'hi\n' } }] })).toEqual({ lastSeq: 1 });
    await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 12.5, peakMemoryBytes: 1000, error: null });
    expect(await client.output.read({ runId: id, after: 0 })).toMatchObject({ lastSeq: 1, finished: true, records: [{ body: { text: 'hi\n' } }] });
    expect((await client.runs.list({ filter: { search: 'rint("h' } })).runs).toMatchObject([{ id, status: 'succeeded', durationMs: 12.5, outputLength: 3 }]);
    expect(await client.runs.get({ id })).toMatchObject({ source: '# hi\nprint("hi")', peakMemoryBytes: 1000 });
  });

  it('answers a refused input with our own code', async () => {
    const client = createRouterClient(core.router, { context: { clientId } });
    await expect(client.runs.get({ id: newRunId() })).rejects.toMatchObject({ code: 'NOT_FOUND', defined: true, data: { retryable: false } });
    // @ts-expect-error an input that the types forbid
    await expect(client.runs.get({ id: 7 })).rejects.toMatchObject({ code: 'INVALID_INPUT', status: 400 });
  });

  it('logs a bug with its stack, and tells the client nothing of it', async () => {
    const client = createRouterClient(core.router, { context: { clientId } });
    const error: unknown = await client.files.pick({ kind: 'openFile' }).then(() => null, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'BUG', status: 500, data: { retryable: false } });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(lines.join()).toMatch(/bug in files\.pick: TypeError: a secret of ours\n +at/);
  });

  it('names what the input lacks, three faults at most', async () => {
    const client = createRouterClient(core.router, { context: { clientId } });
    // @ts-expect-error an input that the types forbid
    await expect(client.runs.start({ argv: [1] })).rejects.toMatchObject({ message: expect.stringMatching(/^The input was refused: id: [^;]+; engine: [^;]+; mode: [^;]+$/) });
  });

  it('puts defaults in the place of settings that are no good, one by one', async () => {
    const client = createRouterClient(core.router, { context: { clientId } });
    await client.settings.set({ theme: 'light', editorFontSize: 20, consoleFontSize: 20 });
    const db = new BetterSqlite3(join(home, 'pyexekube.sqlite'));
    db.exec("UPDATE settings SET value = '9000' WHERE name = 'editorFontSize'; UPDATE settings SET value = '{' WHERE name = 'consoleFontSize'; INSERT INTO settings VALUES ('fromTheFuture', '1')");
    db.close();
    expect(await client.settings.get()).toEqual(Settings.parse({ theme: 'light' }));
    expect(lines.filter((line) => line.includes('is not valid'))).toHaveLength(2);
  });

  it('keeps the last twenty closed tabs, and a late save does not open one again', async () => {
    const client = createRouterClient(core.router, { context: { clientId } });
    const tabs = Array.from({ length: 25 }, (_, i) => ({ id: newTabId(), title: `t${i}`, path: null, text: '', version: null, lineEnding: 'lf' as const, dirty: false, viewState: null }));
    for (const tab of tabs) await client.editors.save(tab);
    await client.editors.arrange({ order: [], activeId: null });
    const last = tabs.at(-1);
    if (last !== undefined) await client.editors.save({ ...last, text: 'late' });
    expect((await client.editors.load()).tabs).toEqual([]);
    expect((await client.editors.reopen()).tab).toEqual({ ...last, text: 'late' });
    let count = 1;
    while ((await client.editors.reopen()).tab !== null) count++;
    expect(count).toBe(20);
  });
});
