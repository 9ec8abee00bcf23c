import { createRouterClient } from '@orpc/server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClientId, newRunId } from '../../contract/ids.ts';
import { createCore, type Core } from './core.ts';

describe('the core over a real database', () => {
  let home: string;
  let core: Core;
  const clientId = newClientId();

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'pyexekube-core-'));
    core = await createCore({ home, host: 'test', appVersion: '0.0.0', log: (line) => console.error(line) });
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
});
