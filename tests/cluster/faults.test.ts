import { afterEach, expect, it, vi } from 'vitest';
import { dropNamespace, kubectl, makeNamespace, textOf, waiting } from './harness.ts';
import { onCluster } from './onCluster.ts';

/** How long a network is cut. */
const cutSeconds = Number(process.env['PYEXEKUBE_TEST_CUT_SECONDS'] ?? 20);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');

onCluster('a run whose cluster or network fails', { through: 'proxy' }, (cluster) => {
  afterEach(() => void vi.restoreAllMocks());

  it('has each line once when connections break again and again', async () => {
    const runId = await cluster.application.submit('import time\nfor i in range(3000):\n  print("line", i)\n  if i % 10 == 0: time.sleep(0.01)');
    await cluster.application.says(runId, 'line 100\n');
    cluster.proxy.breakConnections();
    await cluster.application.says(runId, 'line 1200\n');
    cluster.proxy.breakConnections();
    expect(textOf(await cluster.application.output(runId))).toBe(numbered(3000));
    expect(await cluster.application.api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
  });

  it('has each line once after 500 lines in one second and then a drop', async () => {
    const runId = await cluster.application.submit('import time\nfor i in range(500): print("line", i)\ntime.sleep(4)\nfor i in range(500, 600): print("line", i)');
    await cluster.application.says(runId, 'line 499\n');
    cluster.proxy.breakConnections();
    expect(textOf(await cluster.application.output(runId))).toBe(numbered(600));
  });

  it('says since when the cluster is not heard, and loses nothing when a network is cut', async () => {
    const lines = (cutSeconds + 10) * 10;
    const runId = await cluster.application.submit(`import time\nfor i in range(${lines}):\n  print("line", i, flush=True)\n  time.sleep(0.1)`);
    await cluster.application.says(runId, 'line 5\n');
    const cutMs = Date.now();
    cluster.proxy.cut();
    const cut = pause(cutSeconds * 1000);
    const lost = await cluster.application.until(runId, ({ contact }) => contact.state === 'lost', 'lost', 60_000);
    expect(lost.contact).toMatchObject({ failure: { kind: 'unreachable' } });
    expect(lost.contact.state === 'lost' && lost.contact.sinceMs).toBeGreaterThanOrEqual(cutMs);
    await cut;
    cluster.proxy.mend();
    await cluster.application.until(runId, ({ contact }) => contact.state === 'ok', 'heard again', 60_000);
    expect(textOf(await cluster.application.output(runId))).toBe(numbered(lines));
    expect(await cluster.application.api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  }, 120_000 + cutSeconds * 1000);

  it('is stopped once its network is back when it was cancelled meanwhile, and says so', async () => {
    const runId = await cluster.application.submit('import time\ntry:\n  print("begun", flush=True)\n  time.sleep(300)\nexcept KeyboardInterrupt:\n  print("asked nicely")\n  raise');
    await cluster.application.says(runId, 'begun\n');
    cluster.proxy.refuse();
    await cluster.application.api.jobs.cancel({ runId, graceSeconds: 5 });
    const lost = await cluster.application.until(runId, ({ contact }) => contact.state === 'lost', 'lost');
    expect(lost).toMatchObject({ cancel: 'requested', contact: { failure: { kind: 'unreachable' } } });
    cluster.proxy.mend();
    expect(textOf(await cluster.application.output(runId))).toContain('asked nicely');
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped' });
    await cluster.application.reach(runId, 'done');
  });

  it('begins its watch again when it has expired', async () => {
    let expired = 0;
    cluster.proxy.faults = {
      before: ({ path }) => {
        if (!path.includes('watch=true') || expired >= 4) return undefined;
        expired++;
        return { status: 200, body: { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } } };
      },
    };
    const runId = await cluster.application.submit(`${waiting}print("line 0", flush=True)\nwait("go")`);
    await cluster.application.says(runId, 'line 0\n');
    await expect.poll(() => expired, { timeout: 30_000 }).toBe(4);
    cluster.application.letGo(runId);
    expect(textOf(await cluster.application.output(runId))).toBe('line 0\n');
    expect((await cluster.application.reach(runId, 'done')).contact).toEqual({ state: 'ok' });
  });

  it('goes on after a sign-in that had expired', async () => {
    const printing = (from: number, to: number): string => `for i in range(${from}, ${to}):\n  print("line", i, flush=True)\n  time.sleep(0.1)\n`;
    const runId = await cluster.application.submit(`${waiting}${printing(0, 30)}wait("go")\n${printing(30, 60)}`);
    await cluster.application.says(runId, 'line 5\n');
    cluster.proxy.faults = { before: () => ({ status: 401, body: { kind: 'Status', code: 401, reason: 'Unauthorized', message: 'Unauthorized' } }) };
    cluster.proxy.breakConnections();
    const lost = await cluster.application.until(runId, ({ contact }) => contact.state === 'lost', 'signed out');
    expect(lost.contact).toMatchObject({ failure: { kind: 'signInExpired', action: { kind: 'openConnection' } } });
    cluster.proxy.faults = {};
    cluster.application.letGo(runId);
    expect(textOf(await cluster.application.output(runId))).toBe(numbered(60));
  });

  it.each([['ahead', 3_600_000], ['behind', -3_600_000]])('does not mind a clock that is an hour %s', async (_, offMs) => {
    const real = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => real() + offMs);
    const runId = await cluster.application.submit('import time\nfor i in range(50):\n  print("line", i, flush=True)\n  time.sleep(0.1)');
    await cluster.application.says(runId, 'line 5\n');
    cluster.proxy.breakConnections();
    expect(textOf(await cluster.application.output(runId))).toBe(numbered(50));
  });

  it('says that its Job was deleted by someone else, and keeps its output', async () => {
    const runId = await cluster.application.submit('import time\nprint("line 0", flush=True)\ntime.sleep(100)');
    await cluster.application.says(runId, 'line 0\n');
    const { jobName } = await cluster.application.api.jobs.get({ runId });
    kubectl('delete', 'job', jobName, '-n', cluster.namespace, '--wait=false');
    kubectl('delete', 'pod', '-l', `pyexekube.dev/run-id=${runId}`, '-n', cluster.namespace, '--grace-period=1', '--wait=false');
    expect(textOf(await cluster.application.output(runId), 'stdout')).toBe('line 0\n');
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'failed' });
    expect((await cluster.application.reach(runId, 'done')).failure).toMatchObject({ kind: 'jobDeleted' });
  });

  it('says that its pod was deleted, with its namespace or alone, and that its files went with it', async () => {
    const source = 'import os, time\nopen(os.environ["PYEXEKUBE_OUTPUT"] + "/a", "w").write("a")\nprint("line 0", flush=True)\ntime.sleep(100)';
    const other = makeNamespace();
    const [one, two] = [await cluster.application.submit(source), await cluster.application.submit(source, { namespace: other })];
    await cluster.application.says(one, 'line 0\n');
    await cluster.application.says(two, 'line 0\n');
    kubectl('delete', 'pod', '-l', `pyexekube.dev/run-id=${one}`, '-n', cluster.namespace, '--grace-period=0', '--force', '--wait=false');
    dropNamespace(other);
    for (const runId of [one, two]) {
      const job = await cluster.application.reach(runId, 'done', 60_000);
      expect(job.failure).toMatchObject({ kind: 'jobDeleted', action: { kind: 'runAgain' } });
      expect(job.artifacts).toMatchObject({ state: 'failed', message: 'The pod was gone before its files could be fetched.', retryable: false });
      expect(textOf(await cluster.application.output(runId))).toBe('line 0\n');
    }
  });

  it('follows the next attempt when its pod is taken away', async () => {
    const runId = await cluster.application.submit(`${waiting}print("line 0", flush=True)\nwait("go")`, { settings: { retries: 1 } });
    await cluster.application.says(runId, 'line 0\n');
    kubectl('delete', 'pod', '-l', `pyexekube.dev/run-id=${runId}`, '-n', cluster.namespace, '--grace-period=1', '--wait=false');
    const { pod } = await cluster.application.until(runId, ({ attempt, phase }) => attempt === 2 && phase === 'running', 'second attempt', 60_000);
    kubectl('exec', '-n', cluster.namespace, '-c', 'main', pod ?? '', '--', 'touch', '/tmp/go');
    const output = await cluster.application.output(runId);
    expect(textOf(output, 'stdout')).toBe('line 0\nline 0\n');
    expect(output.some((body) => body.kind === 'note' && body.text.startsWith('Attempt 2'))).toBe(true);
    expect((await cluster.application.reach(runId, 'done')).attempt).toBe(2);
    let attempts: number[] = [];
    for await (const batch of await cluster.application.api.output.filter({ runId, filter: {} })) attempts = batch.sources.map(({ attempt }) => attempt);
    expect(attempts).toEqual([1, 2]);
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  });

  it('has a flood whole though the log is rotated under it', async () => {
    const lines = 600_000;
    const runId = await cluster.application.submit(`for i in range(${lines}): print("line", i, "x" * 60)`, { settings: { cpu: '1' } });
    const text = textOf(await cluster.application.output(runId));
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
      'out.write(b"y" * 100_000_000); out.write(b"\\n")',
      'out.write(b"12o hello\\n999999o\\n")',
      'out.flush()',
    ].join('\n');
    const text = textOf(await cluster.application.output(await cluster.application.submit(source)));
    const [controls = '', broken = '', long = '', like = '', head = ''] = text.split('\n');
    expect(controls).toBe('\x1b]52;c;aGk=\x07 \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \u009b31m \u202ebidi');
    expect(broken).toContain('broken');
    expect(broken).toContain('whole');
    expect(long).toBe('y'.repeat(100_000_000));
    expect([like, head]).toEqual(['12o hello', '999999o']);
  });
});
