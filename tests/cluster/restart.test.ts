import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { dropNamespace, kubectl, makeNamespace, startApplication, testKubeconfig, textOf, type Application } from './harness.ts';

const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');
const slow = (count: number): string => `import time\nfor i in range(${count}):\n  print("line", i, flush=True)\n  time.sleep(0.1)`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Where a cluster of this machine keeps its processes' numbers, and what starts it again; there is none for a cluster elsewhere. */
const clusterFolder = dirname(testKubeconfig);
const pidFile = join(clusterFolder, 'run/apiserver.pid');
const upScript = process.env['PYEXEKUBE_TEST_CLUSTER_UP'] ?? '';

describe.skipIf(testKubeconfig === '')('a run whose application or API server is away for a while', () => {
  let namespace: string;
  let application: Application;

  beforeAll(() => {
    namespace = makeNamespace();
  });
  afterAll(() => dropNamespace(namespace));
  beforeEach(async () => {
    application = await startApplication(namespace);
  });
  afterEach(() => application.close());

  it('is still there, still live and complete after the application was closed and opened again', async () => {
    const runId = await application.submit(slow(80));
    await application.says(runId, 'line 5\n');
    await application.core.dispose();
    await pause(2000);
    const again = await startApplication(namespace, { home: application.home });
    expect(await again.api.runs.get({ id: runId })).toMatchObject({ status: 'running' });
    expect(textOf(await again.output(runId))).toBe(numbered(80));
    await again.core.dispose();
  });

  it('is complete when it ended while the application was closed', async () => {
    const runId = await application.submit(slow(20));
    await application.says(runId, 'line 5\n');
    await application.core.dispose();
    await pause(5000);
    const again = await startApplication(namespace, { home: application.home });
    expect(textOf(await again.output(runId))).toBe(numbered(20));
    expect(await again.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
    await again.core.dispose();
  });

  it('says what is lost when the Job was cleared away before anybody came back for it', async () => {
    const { api } = application;
    const runId = await application.submit('print("line 0", flush=True)\nimport time; time.sleep(3)\nprint("line 1")', { settings: { holdSeconds: 0 } });
    await application.says(runId, 'line 0');
    const { jobName } = await api.jobs.get({ runId });
    await application.core.dispose();
    kubectl('wait', '--for=condition=complete', `job/${jobName}`, '-n', namespace, '--timeout=60s');
    kubectl('patch', 'job', jobName, '-n', namespace, '-p', '{"spec":{"ttlSecondsAfterFinished":1}}');
    kubectl('wait', '--for=delete', `job/${jobName}`, '-n', namespace, '--timeout=60s');
    const again = await startApplication(namespace, { home: application.home });
    const { failure } = await again.reach(runId, 'done');
    expect(failure).toMatchObject({ kind: 'jobDeleted', action: { field: 'ttlSeconds' }, message: expect.stringContaining('time to live (24 h)') });
    expect(textOf(await again.output(runId))).toBe('line 0\n');
    await again.core.dispose();
  });

  it('goes on when the application was stopped like a laptop that sleeps', async () => {
    await application.core.dispose();
    const runId = newRunId();
    const run = JSON.stringify({ runId, source: slow(450) });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'applicationChild.ts'), application.home, testKubeconfig, namespace, run], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<string>((resolve) => {
      let said = '';
      child.stdout.on('data', (part: Buffer) => {
        said += part.toString('utf8');
        if (said.includes('acknowledged') && !said.includes('slept')) {
          said += 'slept';
          setTimeout(() => child.kill('SIGSTOP'), 4000);
          // Beyond every time-out: the list's, the silent stream's, the request's.
          setTimeout(() => child.kill('SIGCONT'), 39_000);
        }
        if (said.includes('ended')) resolve(said);
      });
    });
    expect(await ended).toContain('ended succeeded');
    child.kill('SIGKILL');
    const again = await startApplication(namespace, { home: application.home });
    expect(textOf(await again.output(runId))).toBe(numbered(450));
    await again.core.dispose();
  });

  it.skipIf(upScript === '' || !existsSync(pidFile))('loses nothing when the API server is killed and started again', async () => {
    const runId = await application.submit(slow(250));
    await application.says(runId, 'line 5\n');
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    await application.until(runId, ({ contact }) => contact.state === 'lost', 'lost', 60_000);
    execFileSync(upScript, { stdio: 'ignore' });
    await application.until(runId, ({ contact }) => contact.state === 'ok', 'heard again', 60_000);
    expect(textOf(await application.output(runId))).toBe(numbered(250));
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  });
});
