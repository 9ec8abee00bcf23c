import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { kubectl, startApplication, testKubeconfig, textOf, waiting } from './harness.ts';
import { onCluster } from './onCluster.ts';

const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');
const slow = (count: number, from = 0): string => `import time\nfor i in range(${from}, ${count}):\n  print("line", i, flush=True)\n  time.sleep(0.1)\n`;

/** How long the application stands still. */
const sleepSeconds = Number(process.env['PYEXEKUBE_TEST_SLEEP_SECONDS'] ?? 35);

/** Where a cluster of this machine keeps its processes' numbers, and what starts it again; there is none for a cluster elsewhere. */
const clusterFolder = dirname(testKubeconfig);
const pidFile = join(clusterFolder, 'run/apiserver.pid');
const upScript = process.env['PYEXEKUBE_TEST_CLUSTER_UP'] ?? '';

onCluster('a run whose application or API server is away for a while', { application: 'each' }, (cluster) => {
  afterEach(() => void vi.restoreAllMocks());

  it('is still there, still live and complete after the application was closed and opened again', async () => {
    const runId = await cluster.application.submit(`${waiting}${slow(30)}wait("go")\n${slow(50, 30)}`);
    await cluster.application.says(runId, 'line 5\n');
    await cluster.application.core.dispose();
    // It goes on meanwhile.
    const log = ['logs', '-n', cluster.namespace, '-c', 'main', '-l', `pyexekube.dev/run-id=${runId}`, '--tail=-1'];
    await expect.poll(() => kubectl(...log), { timeout: 60_000, interval: 200 }).toContain('line 29');
    const again = await startApplication(cluster.namespace, { home: cluster.application.home });
    expect(await again.api.runs.get({ id: runId })).toMatchObject({ status: 'running' });
    again.letGo(runId);
    expect(textOf(await again.output(runId))).toBe(numbered(50));
    await again.core.dispose();
  });

  it('is complete when it ended while the application was closed', async () => {
    const runId = await cluster.application.submit(slow(20));
    await cluster.application.says(runId, 'line 5\n');
    const { jobName } = await cluster.application.api.jobs.get({ runId });
    await cluster.application.core.dispose();
    kubectl('wait', '--for=condition=complete', `job/${jobName}`, '-n', cluster.namespace, '--timeout=60s');
    const again = await startApplication(cluster.namespace, { home: cluster.application.home });
    expect(textOf(await again.output(runId))).toBe(numbered(20));
    expect(await again.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
    await again.core.dispose();
  });

  it('says why it did not start when its time for that was up while the application was closed', async () => {
    const runId = await cluster.application.submit('print("never")', { settings: { image: 'localhost:1/nobody/nothing:1', startTimeoutSeconds: 60 } });
    await cluster.application.reach(runId, 'pulling');
    await cluster.application.core.dispose();
    const waitingFor = ['get', 'pods', '-n', cluster.namespace, '-l', `pyexekube.dev/run-id=${runId}`, '-o', 'jsonpath={.items[0].status.containerStatuses[?(@.name=="main")].state.waiting.reason}'];
    await expect.poll(() => kubectl(...waitingFor), { timeout: 60_000, interval: 200 }).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 60_000);
    const again = await startApplication(cluster.namespace, { home: cluster.application.home });
    expect((await again.reach(runId, 'done')).failure).toMatchObject({ kind: 'imagePull', action: { field: 'image' } });
    await again.core.dispose();
  });

  it('says what is lost when the Job was cleared away before anybody came back for it', async () => {
    const { api } = cluster.application;
    const runId = await cluster.application.submit(`${waiting}print("line 0", flush=True)\nwait("go")\nprint("line 1")`, { settings: { holdSeconds: 0 } });
    await cluster.application.says(runId, 'line 0\n');
    const { jobName } = await api.jobs.get({ runId });
    await cluster.application.core.dispose();
    cluster.application.letGo(runId);
    kubectl('wait', '--for=condition=complete', `job/${jobName}`, '-n', cluster.namespace, '--timeout=60s');
    kubectl('patch', 'job', jobName, '-n', cluster.namespace, '-p', '{"spec":{"ttlSecondsAfterFinished":1}}');
    kubectl('wait', '--for=delete', `job/${jobName}`, '-n', cluster.namespace, '--timeout=60s');
    const again = await startApplication(cluster.namespace, { home: cluster.application.home });
    const { failure } = await again.reach(runId, 'done');
    expect(failure).toMatchObject({ kind: 'jobDeleted', action: { field: 'ttlSeconds' }, message: expect.stringContaining('time to live (24 h)') });
    expect(textOf(await again.output(runId))).toBe('line 0\n');
    await again.core.dispose();
  });

  it('goes on when the application was stopped like a laptop that sleeps', async () => {
    await cluster.application.core.dispose();
    const lines = (sleepSeconds + 10) * 10;
    const runId = newRunId();
    const run = JSON.stringify({ runId, source: slow(lines) });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'applicationChild.ts'), cluster.application.home, testKubeconfig, cluster.namespace, run], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<string>((resolve) => {
      let said = '';
      child.stdout.on('data', (part: Buffer) => {
        said += part.toString('utf8');
        if (said.includes('acknowledged') && !said.includes('slept')) {
          said += 'slept';
          setTimeout(() => child.kill('SIGSTOP'), 4000);
          // Beyond every time-out: the list's, the silent stream's, the request's.
          setTimeout(() => child.kill('SIGCONT'), 4000 + sleepSeconds * 1000);
        }
        if (said.includes('ended')) resolve(said);
      });
    });
    expect(await ended).toContain('ended succeeded');
    child.kill('SIGKILL');
    const again = await startApplication(cluster.namespace, { home: cluster.application.home });
    expect(textOf(await again.output(runId))).toBe(numbered(lines));
    await again.core.dispose();
  }, 120_000 + sleepSeconds * 1000);

  it.skipIf(upScript === '' || !existsSync(pidFile))('loses nothing when the API server is killed and started again', async () => {
    const runId = await cluster.application.submit(slow(250));
    await cluster.application.says(runId, 'line 5\n');
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    await cluster.application.until(runId, ({ contact }) => contact.state === 'lost', 'lost', 60_000);
    execFileSync(upScript, { stdio: 'ignore' });
    await cluster.application.until(runId, ({ contact }) => contact.state === 'ok', 'heard again', 60_000);
    expect(textOf(await cluster.application.output(runId))).toBe(numbered(250));
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  });
});
