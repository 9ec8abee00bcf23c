import { expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { startApplication, kubectl, textOf } from './harness.ts';
import type { Passing } from './faultProxy.ts';
import { onCluster } from './onCluster.ts';

const isCreatingJob = ({ method, path }: Passing): boolean => method === 'POST' && path.endsWith('/jobs');
const isCreatingSecret = ({ method, path }: Passing): boolean => method === 'POST' && path.endsWith('/secrets');
const isResuming = ({ method, path }: Passing): boolean => method === 'PATCH' && path.includes('/jobs/');

const steps: [string, 'before' | 'after', (passing: Passing) => boolean][] = [
  ['the Job is asked for', 'before', isCreatingJob],
  ['the Job is there', 'after', isCreatingJob],
  ['the Secret is asked for', 'before', isCreatingSecret],
  ['the Secret is there', 'after', isCreatingSecret],
  ['the Job is to be resumed', 'before', isResuming],
  ['the Job is resumed', 'after', isResuming],
];

onCluster('a run that is cancelled', { through: 'proxy' }, (cluster) => {
  const left = (runId: string): string => kubectl('get', 'jobs,secrets', '-n', cluster.namespace, '-l', `pyexekube.dev/run-id=${runId}`, '-o', 'name');

  it.each(steps)('while it is submitted is over, and leaves nothing: when %s', async (_, when, isIt) => {
    const { application, proxy } = cluster;
    const runId = newRunId();
    const cancel = async (passing: Passing): Promise<void> => {
      if (isIt(passing)) await application.api.jobs.cancel({ runId });
    };
    proxy.faults = { [when]: cancel };
    await application.submit('print("never")', { runId });
    await application.reach(runId, 'done');
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped' });
    await expect.poll(() => left(runId), { timeout: 30_000 }).toBe('');
    expect(await application.api.jobs.live({})).toEqual({ jobs: [] });
  });

  it('at once is over', async () => {
    const { application } = cluster;
    const runId = newRunId();
    await application.submit('print("never")', { runId });
    await application.api.jobs.cancel({ runId });
    await application.reach(runId, 'done');
    await expect.poll(() => left(runId), { timeout: 30_000 }).toBe('');
  });

  it('while it is submitted is over also for the next start of the application', async () => {
    const { application, proxy } = cluster;
    const runId = newRunId();
    const asked = new Promise<void>((resolve) => {
      proxy.faults = {
        after: (passing) => {
          if (isCreatingJob(passing)) resolve();
          // The answer never comes: nobody knows that the Job is there.
          return !isCreatingJob(passing);
        },
      };
    });
    await application.submit('print("never")', { runId });
    await asked;
    proxy.refuse();
    await application.api.jobs.cancel({ runId });
    await application.core.dispose();
    proxy.faults = {};
    proxy.mend();
    const again = await startApplication(cluster.namespace, { home: application.home, kubeconfig: proxy.writeKubeconfig(application.home) });
    await again.reach(runId, 'done');
    await expect.poll(() => left(runId), { timeout: 30_000 }).toBe('');
    expect(textOf(await again.output(runId))).toBe('');
    await again.core.dispose();
  });

  it('as the application is closed is asked by the next start, and keeps its files', async () => {
    const { application } = cluster;
    const source = 'import os, time\ntry:\n  print("begun", flush=True)\n  time.sleep(300)\nexcept KeyboardInterrupt:\n  open(os.environ["PYEXEKUBE_OUTPUT"] + "/saved", "w").write("saved")\n  raise';
    const runId = await application.submit(source);
    await application.says(runId, 'begun');
    cluster.proxy.refuse();
    await application.api.jobs.cancel({ runId, graceSeconds: 60 });
    await application.core.dispose();
    cluster.proxy.mend();
    const again = await startApplication(cluster.namespace, { home: application.home, kubeconfig: cluster.proxy.writeKubeconfig(application.home) });
    expect(await again.reach(runId, 'done')).toMatchObject({ cancel: 'interrupted', artifacts: { state: 'fetched', files: 1 } });
    expect(await again.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped', exitCode: 130 });
    await again.core.dispose();
  });

  it('and hears neither SIGINT nor SIGTERM is ended at the third step, soon, and keeps its output and its files', async () => {
    const { application } = cluster;
    const source = 'import os, signal, time\nfor number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, lambda n, _: print("heard", n, flush=True))\nopen(os.environ["PYEXEKUBE_OUTPUT"] + "/saved", "w").write("saved")\nprint("begun", flush=True)\nwhile True: time.sleep(0.05)';
    const runId = await application.submit(source);
    await application.says(runId, 'begun\n');
    await application.api.jobs.cancel({ runId, graceSeconds: 1 });
    expect(await application.until(runId, ({ phase }) => phase === 'done', 'done', 20_000)).toMatchObject({ cancel: 'deleted', artifacts: { state: 'fetched', files: 1 }, failure: null });
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped', exitCode: 137 });
    expect(textOf(await application.output(runId))).toMatch(/^begun\nheard 2\nheard 15\n/);
    await expect.poll(() => left(runId), { timeout: 30_000 }).toBe('');
  });

  it('before its image is there never had a Python, and says nothing of one', async () => {
    const { application } = cluster;
    const runId = await application.submit('print("never")', { settings: { image: 'localhost:1/nobody/nothing:1' } });
    await application.reach(runId, 'pulling');
    await application.api.jobs.cancel({ runId });
    const job = await application.reach(runId, 'done');
    expect(job).toMatchObject({ artifacts: { state: 'none' }, failure: null });
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped', exitCode: null });
    expect(await application.api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
  });
});
