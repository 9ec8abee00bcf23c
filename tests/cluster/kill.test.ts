import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { newRunId, type RunId } from '../../contract/ids.ts';
import type { Passing } from './faultProxy.ts';
import { kubectl, startApplication, textOf } from './harness.ts';
import { onCluster } from './onCluster.ts';

const isCreatingJob = ({ method, path }: Passing): boolean => method === 'POST' && path.endsWith('/jobs');
const isCreatingSecret = ({ method, path }: Passing): boolean => method === 'POST' && path.endsWith('/secrets');
const isResuming = ({ method, path }: Passing): boolean => method === 'PATCH' && path.includes('/jobs/');
const isReadingLog = ({ path }: Passing): boolean => path.includes('/log?');

/** Where the application is killed: before or after the cluster has done what a request asks for. */
const steps: { name: string; when: 'before' | 'after'; request: (passing: Passing) => boolean }[] = [
  { name: 'the Job is asked for', when: 'before', request: isCreatingJob },
  { name: 'the Job is there, and nobody knows', when: 'after', request: isCreatingJob },
  { name: 'the Secret is asked for', when: 'before', request: isCreatingSecret },
  { name: 'the Secret is there, and nobody knows', when: 'after', request: isCreatingSecret },
  { name: 'the Job is to be resumed', when: 'before', request: isResuming },
  { name: 'the Job is resumed, and nobody knows', when: 'after', request: isResuming },
  { name: 'the log is asked for', when: 'before', request: isReadingLog },
  { name: 'the log comes', when: 'after', request: isReadingLog },
];

onCluster('the application is killed during a submit', { through: 'proxy', application: 'none' }, (cluster) => {
  let child: ChildProcess | undefined;

  afterEach(() => void child?.kill('SIGKILL'));

  function startChild(home: string, kubeconfig: string, runId: RunId): ChildProcess {
    const run = JSON.stringify({ runId, source: 'for i in range(200):\n  print("line", i)' });
    return spawn(process.execPath, [join(import.meta.dirname, 'applicationChild.ts'), home, kubeconfig, cluster.namespace, run], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  it.each(steps)('when $name', async ({ when, request }) => {
    const home = mkdtempSync(join(tmpdir(), 'pyexekube-kill-'));
    const kubeconfig = cluster.proxy.writeKubeconfig(home);
    const runId = newRunId();
    const killed = new Promise<void>((resolve) => {
      const strike = async (passing: Passing): Promise<void> => {
        if (!request(passing) || child === undefined || child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((ended) => child?.once('exit', ended));
        child.kill('SIGKILL');
        await gone;
        resolve();
      };
      cluster.proxy.faults = when === 'before' ? { before: (passing) => strike(passing) } : { after: (passing) => strike(passing) };
    });
    child = startChild(home, kubeconfig, runId);
    await killed;
    cluster.proxy.faults = {};

    const application = await startApplication(cluster.namespace, { home, kubeconfig });
    try {
      expect(textOf(await application.output(runId))).toBe(Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join(''));
      await application.reach(runId, 'done');
      expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded', exitCode: 0 });
      const selector = `pyexekube.dev/run-id=${runId}`;
      const count = (kind: string): number => kubectl('get', kind, '-n', cluster.namespace, '-l', selector, '-o', 'name').split('\n').filter(Boolean).length;
      expect([count('jobs'), count('pods'), count('secrets')]).toEqual([1, 1, 1]);
      expect(kubectl('get', 'secrets', '-n', cluster.namespace, '-l', selector, '-o', 'jsonpath={.items[*].metadata.ownerReferences[*].kind}')).toBe('Job');
      // Those that find it there already are answered with a conflict.
      expect(cluster.proxy.count('POST jobs')).toBe(1);
    } finally {
      await application.close();
    }
  });
});
