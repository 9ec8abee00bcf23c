import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FaultProxy } from './faultProxy.ts';
import { dropNamespace, kubectl, makeNamespace, startApplication, testKubeconfig, textOf, type Application } from './harness.ts';

const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');

describe.skipIf(testKubeconfig === '')('a run whose cluster or network fails', () => {
  let namespace: string;
  let proxy: FaultProxy;
  let application: Application;

  beforeAll(() => {
    namespace = makeNamespace();
  });
  afterAll(() => dropNamespace(namespace));
  beforeEach(async () => {
    proxy = new FaultProxy(testKubeconfig);
    await proxy.listen();
    const home = mkdtempSync(join(tmpdir(), 'pyexekube-faults-'));
    application = await startApplication(namespace, { home, kubeconfig: proxy.writeKubeconfig(home) });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await application.close();
    await proxy.close();
  });

  it('has each line once when connections break again and again', async () => {
    const runId = await application.submit('import time\nfor i in range(3000):\n  print("line", i)\n  if i % 10 == 0: time.sleep(0.01)');
    await application.says(runId, 'line 100\n');
    proxy.breakConnections();
    await application.says(runId, 'line 1200\n');
    proxy.breakConnections();
    expect(textOf(await application.output(runId))).toBe(numbered(3000));
    expect(await application.api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
  });

  it('has each line once after 500 lines in one second and then a drop', async () => {
    const runId = await application.submit('import time\nfor i in range(500): print("line", i)\ntime.sleep(4)\nfor i in range(500, 600): print("line", i)');
    await application.says(runId, 'line 499\n');
    proxy.breakConnections();
    expect(textOf(await application.output(runId))).toBe(numbered(600));
  });

  it('says since when the cluster is not heard, and loses nothing when a network is cut', async () => {
    const runId = await application.submit('import time\nfor i in range(300):\n  print("line", i, flush=True)\n  time.sleep(0.1)');
    await application.says(runId, 'line 5\n');
    const cutMs = Date.now();
    proxy.cut();
    const lost = await application.until(runId, ({ contact }) => contact.state === 'lost', 'lost', 60_000);
    expect(lost.contact).toMatchObject({ failure: { kind: 'unreachable' } });
    expect(lost.contact.state === 'lost' && lost.contact.sinceMs).toBeGreaterThanOrEqual(cutMs);
    proxy.mend();
    await application.until(runId, ({ contact }) => contact.state === 'ok', 'heard again', 60_000);
    expect(textOf(await application.output(runId))).toBe(numbered(300));
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  });

  it('is stopped once its network is back when it was cancelled meanwhile, and says so', async () => {
    const runId = await application.submit('import time\nprint("begun", flush=True)\ntry:\n  time.sleep(300)\nexcept KeyboardInterrupt:\n  print("asked nicely")\n  raise');
    await application.says(runId, 'begun\n');
    proxy.refuse();
    await application.api.jobs.cancel({ runId, graceSeconds: 5 });
    const lost = await application.until(runId, ({ contact }) => contact.state === 'lost', 'lost');
    expect(lost).toMatchObject({ cancel: 'requested', contact: { failure: { kind: 'unreachable' } } });
    proxy.mend();
    expect(textOf(await application.output(runId))).toContain('asked nicely');
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped' });
    await application.reach(runId, 'done');
  });

  it('begins its watch again when it has expired', async () => {
    let expired = 0;
    proxy.faults = {
      before: ({ path }) => {
        if (!path.includes('watch=true') || expired >= 4) return undefined;
        expired++;
        return { status: 200, body: { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } } };
      },
    };
    const runId = await application.submit('print("line 0")');
    expect(textOf(await application.output(runId))).toBe('line 0\n');
    expect(expired).toBe(4);
    expect((await application.reach(runId, 'done')).contact).toEqual({ state: 'ok' });
  });

  it('goes on after a sign-in that had expired', async () => {
    const runId = await application.submit('import time\nfor i in range(100):\n  print("line", i, flush=True)\n  time.sleep(0.1)');
    await application.says(runId, 'line 5\n');
    proxy.faults = { before: () => ({ status: 401, body: { kind: 'Status', code: 401, reason: 'Unauthorized', message: 'Unauthorized' } }) };
    proxy.breakConnections();
    const lost = await application.until(runId, ({ contact }) => contact.state === 'lost', 'signed out');
    expect(lost.contact).toMatchObject({ failure: { kind: 'signInExpired', action: { kind: 'openConnection' } } });
    proxy.faults = {};
    expect(textOf(await application.output(runId))).toBe(numbered(100));
  });

  it.each([['ahead', 3_600_000], ['behind', -3_600_000]])('does not mind a clock that is an hour %s', async (_, offMs) => {
    const real = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => real() + offMs);
    const runId = await application.submit('import time\nfor i in range(50):\n  print("line", i, flush=True)\n  time.sleep(0.1)');
    await application.says(runId, 'line 5\n');
    proxy.breakConnections();
    expect(textOf(await application.output(runId))).toBe(numbered(50));
  });

  it('says that its Job was deleted by someone else, and keeps its output', async () => {
    const runId = await application.submit('import time\nprint("line 0", flush=True)\ntime.sleep(100)');
    await application.says(runId, 'line 0\n');
    const { jobName } = await application.api.jobs.get({ runId });
    kubectl('delete', 'job', jobName, '-n', namespace, '--wait=false');
    kubectl('delete', 'pod', '-l', `pyexekube.dev/run-id=${runId}`, '-n', namespace, '--grace-period=1', '--wait=false');
    expect(textOf(await application.output(runId), 'stdout')).toBe('line 0\n');
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'failed' });
    expect((await application.reach(runId, 'done')).failure).toMatchObject({ kind: 'jobDeleted' });
  });

  it('follows the next attempt when its pod is taken away', async () => {
    const runId = await application.submit('import os, time\nprint("line 0", flush=True)\nif not os.environ.get("GO"): time.sleep(3)\n', { settings: { retries: 1 } });
    await application.says(runId, 'line 0\n');
    kubectl('delete', 'pod', '-l', `pyexekube.dev/run-id=${runId}`, '-n', namespace, '--grace-period=1', '--wait=false');
    const output = await application.output(runId);
    expect(textOf(output, 'stdout')).toBe('line 0\nline 0\n');
    expect(output.some((body) => body.kind === 'note' && body.text.startsWith('Attempt 2'))).toBe(true);
    expect((await application.reach(runId, 'done')).attempt).toBe(2);
    let attempts: number[] = [];
    for await (const batch of await application.api.output.filter({ runId, filter: {} })) attempts = batch.sources.map(({ attempt }) => attempt);
    expect(attempts).toEqual([1, 2]);
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  });

  it('has a flood whole though the log is rotated under it', async () => {
    const lines = 600_000;
    const runId = await application.submit(`for i in range(${lines}): print("line", i, "x" * 60)`, { settings: { cpu: '1' } });
    const text = textOf(await application.output(runId));
    const got = text.split('\n');
    expect(got.length).toBe(lines + 1);
    expect(got.findIndex((line, i) => i < lines && line !== `line ${i} ${'x'.repeat(60)}`)).toBe(-1);
  });

  it('takes hostile output as it is, and stays alive', async () => {
    const source = [
      'import os, sys',
      'out = sys.stdout.buffer',
      'out.write(b"\\x1b]52;c;aGk=\\x07 \\x1b]8;;http://x\\x1b\\\\link\\x1b]8;;\\x1b\\\\ \\xc2\\x9b31m \\xe2\\x80\\xaebidi\\n")',
      'out.write(b"\\xff\\xfe broken \\xe2\\x82"); out.flush(); out.write(b"\\xac whole\\n")',
      'out.write(b"y" * 20_000_000); out.write(b"\\n")',
      'out.write(b"12o hello\\n999999o\\n")',
      'out.flush()',
    ].join('\n');
    const text = textOf(await application.output(await application.submit(source)));
    const [controls = '', broken = '', long = '', like = '', head = ''] = text.split('\n');
    expect(controls).toBe('\x1b]52;c;aGk=\x07 \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \u009b31m \u202ebidi');
    expect(broken).toContain('broken');
    expect(broken).toContain('whole');
    expect(long).toBe('y'.repeat(20_000_000));
    expect([like, head]).toEqual(['12o hello', '999999o']);
  });
});
