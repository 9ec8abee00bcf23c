import { createRouterClient } from '@orpc/server';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { newClientId, newRunId, type ClientId, type RunId } from '../../contract/ids.ts';
import { createCore, type Core } from '../../main/core/core.ts';

let home: string;
const cores: Core[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-owners-'));
});
afterEach(async () => {
  vi.useRealTimers();
  for (const core of cores.splice(0)) await core.dispose();
  rmSync(home, { recursive: true, force: true });
});

async function openCore(): Promise<Core> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  cores.push(core);
  return core;
}

async function close(core: Core): Promise<void> {
  cores.splice(cores.indexOf(core), 1);
  await core.dispose();
}

function clientOf(core: Core, clientId: ClientId) {
  return createRouterClient(core.router, { context: { clientId } });
}
type Client = ReturnType<typeof clientOf>;

async function start(client: Client): Promise<RunId> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source: 'while True: pass', pythonVersion: '3.14.2' });
  return id;
}

async function statusOf(client: Client, id: RunId): Promise<string> {
  return (await client.runs.get({ id })).status;
}

function append(client: Client, runId: RunId, seq: number) {
  return client.output.append({ runId, records: [{ seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text: 'x\n' } }] });
}

describe('a window that goes away', () => {
  it('has its runs interrupted after ten seconds, and back when it returns', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const core = await openCore();
    const [gone, stays] = [newClientId(), newClientId()];
    const [first, second] = [clientOf(core, gone), clientOf(core, stays)];
    core.connected(gone);
    core.connected(stays);
    const run = await start(first);
    const other = await start(second);
    await append(first, run, 1);
    const events = await second.runs.watch();
    const waiting = second.output.read({ runId: run, after: 1, waitMs: 60_000 });

    core.clientGone(gone);
    await vi.advanceTimersByTimeAsync(9_900);
    expect(await statusOf(second, run)).toBe('running');
    await vi.advanceTimersByTimeAsync(200);
    expect(await statusOf(second, run)).toBe('interrupted');
    expect(await statusOf(second, other)).toBe('running');
    expect((await events.next()).value).toMatchObject({ type: 'changed', run: { id: run, status: 'interrupted' } });
    expect(await waiting).toMatchObject({ finished: true });

    await expect(append(second, run, 2)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await append(first, run, 2);
    expect(await statusOf(second, run)).toBe('running');
    expect((await events.next()).value).toMatchObject({ type: 'changed', run: { id: run, status: 'running' } });
    await first.runs.finish({ id: run, status: 'stopped', exitCode: 130, durationMs: 5, peakMemoryBytes: null, error: null });
    expect(await statusOf(second, run)).toBe('stopped');
    await expect(append(first, run, 3)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('keeps its runs when it comes back in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const core = await openCore();
    const clientId = newClientId();
    const client = clientOf(core, clientId);
    core.connected(clientId);
    const run = await start(client);
    core.clientGone(clientId);
    await vi.advanceTimersByTimeAsync(5_000);
    core.connected(clientId);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await statusOf(client, run)).toBe('running');
  });
});

describe('a core that goes away', () => {
  it('leaves its runs interrupted, and a window that finds the next core goes on', async () => {
    const clientId = newClientId();
    const before = await openCore();
    const run = await start(clientOf(before, clientId));
    const ended = await start(clientOf(before, clientId));
    await close(before);
    const client = clientOf(await openCore(), clientId);
    expect(await statusOf(client, run)).toBe('interrupted');
    await append(client, run, 1);
    expect(await statusOf(client, run)).toBe('running');
    await client.runs.finish({ id: ended, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    expect(await statusOf(client, ended)).toBe('succeeded');
  });

  it('is noticed by another core on the same database when it was killed', { timeout: 30_000 }, async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'coreChild.ts'), home], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    // Its first run it ends, its second it never does.
    let starts = 0;
    for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('started') && ++starts === 2) break;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const client = clientOf(await openCore(), newClientId());
    const { runs } = await client.runs.list({ filter: { statuses: ['running'] }, limit: 1 });
    expect(runs).toHaveLength(1);
    child.kill('SIGKILL');
    await ended;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await client.runs.count({ filter: { statuses: ['running'] } })).toEqual({ count: 0 });
  });
});

describe('two cores on one database', () => {
  it('both work, and each hears of what the other does', { timeout: 30_000 }, async () => {
    const [a, b] = [clientOf(await openCore(), newClientId()), clientOf(await openCore(), newClientId())];
    const runEvents = await b.runs.watch();
    const settings = await b.settings.watch();
    expect((await settings.next()).value).toMatchObject({ theme: 'system' });

    const run = await start(a);
    expect((await runEvents.next()).value).toEqual({ type: 'reset' });
    expect(await statusOf(b, run)).toBe('running');
    await a.settings.set({ theme: 'dark' });
    expect((await settings.next()).value).toMatchObject({ theme: 'dark' });

    const reading = b.output.read({ runId: run, after: 0, waitMs: 20_000 });
    await append(a, run, 1);
    expect((await reading).records).toHaveLength(1);

    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => start(i % 2 === 0 ? a : b)));
    expect((await b.runs.list({})).runs).toHaveLength(21);
    const mine = ids[0] ?? run;
    await expect(append(b, mine, 1)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
