import { describe, expect, it } from 'vitest';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '../../contract/ids.ts';
import { kubectl, textOf } from './harness.ts';
import { onCluster } from './onCluster.ts';

/** A picture of one pixel. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

onCluster('the life of a run', {}, (cluster) => {
  it('keeps stdout and stderr apart and in order, with what has no line feed', async () => {
    const source = 'import sys, time\nfor i in range(3):\n  print("out", i, flush=True)\n  print("err", i, file=sys.stderr, flush=True)\nprint("bar", end="")\n';
    const output = await cluster.application.output(await cluster.application.submit(source));
    expect(textOf(output, 'stdout')).toBe('out 0\nout 1\nout 2\nbar');
    expect(textOf(output, 'stderr')).toBe('err 0\nerr 1\nerr 2\n');
  });

  it('tells an exception with frames that lead to the script', async () => {
    const runId = await cluster.application.submit('def f():\n  return 1 / 0\nf()\n', { title: 'broken' });
    const output = await cluster.application.output(runId);
    const error = output.find((body) => body.kind === 'error');
    expect(error).toMatchObject({ name: 'ZeroDivisionError', frames: [{ file: 'broken', line: 3 }, { file: 'broken', line: 2, name: 'f' }] });
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'failed', exitCode: 1, error: 'ZeroDivisionError: division by zero' });
  });

  it('gives the exit code of the script', async () => {
    const runId = await cluster.application.submit('import sys\nsys.exit(3)');
    await cluster.application.output(runId);
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'failed', exitCode: 3 });
  });

  it('carries displays through the log', async () => {
    const output = await cluster.application.output(await cluster.application.submit('display({"text/plain": "small", "text/html": "<b>" + "x" * 50000 + "</b>"}, raw=True)'));
    expect(output.filter(({ kind }) => kind === 'display')).toMatchObject([{ bundle: { 'text/plain': 'small', 'text/html': `<b>${'x'.repeat(50000)}</b>` } }]);
  });

  it('carries figures of an image that has neither numpy nor IPython', async () => {
    const source = `
import base64
from IPython.display import Image
png = base64.b64decode("${dot}")
class Figure:
    def _repr_png_(self):
        return png
display(Figure())
display(Image(png))
display({"image/png": png}, raw=True)`;
    const displays = (await cluster.application.output(await cluster.application.submit(source))).filter((body) => body.kind === 'display');
    expect(displays).toHaveLength(3);
    for (const { bundle } of displays) expect(bundle['image/png']).toBe(dot);
  });

  it('goes on in a new pod when its Job was suspended, as Kueue does for one that is more important, and let go on', async () => {
    const { application, namespace } = cluster;
    const runId = await application.submit('import os, time\nprint("begun", flush=True)\nwhile not os.path.exists("/tmp/go"): time.sleep(0.05)\nprint("ended")');
    await application.says(runId, 'begun');
    const { jobName } = await application.api.jobs.get({ runId });
    const suspend = (isSuspended: boolean): string => kubectl('patch', 'job', jobName, '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec: { suspend: isSuspended } }));
    suspend(true);
    // It may wait for something else before: the first line comes before the node tells that the container runs.
    expect(await application.until(runId, ({ waitingFor }) => waitingFor === 'Its Job is suspended in the cluster.', 'suspended')).toMatchObject({ failure: null });
    suspend(false);
    const { pod } = await application.until(runId, ({ attempt, phase }) => attempt === 2 && phase === 'running', 'second attempt');
    kubectl('exec', '-n', namespace, '-c', 'main', pod ?? '', '--', 'touch', '/tmp/go');
    expect(textOf(await application.output(runId), 'stdout')).toBe('begun\nbegun\nended\n');
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  });

  it('takes a folder along, also one that is too large for a Secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pyexekube-folder-'));
    writeFileSync(join(folder, 'helper.py'), 'value = 41\n');
    writeFileSync(join(folder, 'data.bin'), randomBytes(3_000_000));
    const source = 'import helper, os\nprint(helper.value + 1, os.path.getsize("data.bin"))';
    writeFileSync(join(folder, 'main.py'), source);
    const runId = await cluster.application.submit(source, { folder, path: join(folder, 'main.py') });
    expect(textOf(await cluster.application.output(runId))).toBe('42 3000000\n');
  });

  it('refuses a production connection that is not confirmed, and repeats nothing', async () => {
    const { api, connectionId } = cluster.application;
    await api.connections.update({ id: connectionId, production: true });
    await expect(cluster.application.submit('print(1)')).rejects.toMatchObject({ code: 'CONFLICT' });
    const runId = newRunId();
    await cluster.application.submit('print(1)', { runId, confirmed: true });
    await cluster.application.submit('print(1)', { runId, confirmed: true });
    expect(textOf(await cluster.application.output(runId))).toBe('1\n');
    await api.connections.update({ id: connectionId, production: false });
  });

  describe('cancel', () => {
    it('asks by SIGINT first, and keeps what was printed', async () => {
      const runId = await cluster.application.submit('import time\ntry:\n  print("begun", flush=True)\n  time.sleep(100)\nexcept KeyboardInterrupt:\n  print("cleaning up")\n  raise');
      await cluster.application.says(runId, 'begun\n');
      await cluster.application.api.jobs.cancel({ runId });
      const text = textOf(await cluster.application.output(runId));
      expect(text).toContain('begun\ncleaning up\n');
      expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped' });
      expect((await cluster.application.reach(runId, 'done')).cancel).toBe('interrupted');
    });

    it('goes on to SIGTERM, and to deleting the Job', async () => {
      const stubborn = 'import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM):\n  signal.signal(s, lambda *a: print("no", flush=True))\nprint("begun", flush=True)\nwhile True:\n  time.sleep(1)';
      const runId = await cluster.application.submit(stubborn);
      await cluster.application.says(runId, 'begun\n');
      await cluster.application.api.jobs.cancel({ runId, graceSeconds: 0.5 });
      await cluster.application.until(runId, ({ cancel }) => cancel === 'deleted', 'deleted');
      await cluster.application.api.jobs.cancel({ runId, graceSeconds: 0 });
      expect(textOf(await cluster.application.output(runId))).toMatch(/^begun\n(no\n){2,3}$/);
      expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped' });
      const job = await cluster.application.reach(runId, 'done');
      expect(kubectl('get', 'job', job.jobName, '-n', cluster.namespace, '--ignore-not-found', '-o', 'name')).toBe('');
    });

    it('takes a run away that cannot start', async () => {
      const runId = await cluster.application.submit('print(1)', { settings: { nodeSelector: { nowhere: 'yes' } } });
      await cluster.application.until(runId, ({ waitingFor }) => waitingFor !== null, 'waiting for a node');
      await cluster.application.api.jobs.cancel({ runId });
      await cluster.application.output(runId);
      expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'stopped' });
    });
  });

  it('lets at most so many runs live at once; the others wait in order, can be moved and cancelled', async () => {
    const { api, connectionId } = cluster.application;
    // A run lives on for a moment after its output has ended.
    await expect.poll(async () => (await api.jobs.live({})).jobs.map(({ runId }) => runId), { timeout: 60_000 }).toEqual([]);
    await api.connections.update({ id: connectionId, maxRuns: 1 });
    const first = await cluster.application.submit('import time\nprint("begun", flush=True)\ntime.sleep(100)');
    const [second, third, fourth] = [await cluster.application.submit('print(2)'), await cluster.application.submit('print(3)'), await cluster.application.submit('print(4)')];
    expect((await api.jobs.queue({})).jobs.map(({ runId, queuePosition }) => [runId, queuePosition])).toEqual([[second, 1], [third, 2], [fourth, 3]]);
    expect(await api.runs.get({ id: second })).toMatchObject({ status: 'queued' });
    await api.jobs.reorder({ runId: fourth, before: second });
    await api.jobs.cancel({ runId: third });
    expect((await api.jobs.queue({})).jobs.map(({ runId }) => runId)).toEqual([fourth, second]);
    expect(await api.runs.get({ id: third })).toMatchObject({ status: 'stopped' });
    await cluster.application.says(first, 'begun');
    await api.jobs.cancel({ runId: first });
    const [fourthJob, secondJob] = [await cluster.application.reach(fourth, 'done', 60_000), await cluster.application.reach(second, 'done', 60_000)];
    const startOf = (job: typeof fourthJob): number => job.timeline.find(({ phase }) => phase === 'submitting')?.atMs ?? 0;
    expect(startOf(fourthJob)).toBeLessThan(startOf(secondJob));
    expect(textOf(await cluster.application.output(second))).toBe('2\n');
    await api.connections.update({ id: connectionId, maxRuns: 10 });
  });

  it('lists what is left, and removes it', async () => {
    const { api, connectionId } = cluster.application;
    const runId = await cluster.application.submit('print(1)', { title: 'left over' });
    await cluster.application.reach(runId, 'done');
    const { items } = await api.jobs.leftovers({ connectionId, namespace: cluster.namespace });
    const mine = items.find((item) => item.runId === runId);
    expect(mine).toMatchObject({ kind: 'Job', title: 'left over', uncollected: false });
    expect(mine?.owner).toContain('@');
    const { deleted, failed } = await api.jobs.cleanUp({ connectionId, namespace: cluster.namespace, items: items.map(({ kind, name, uid }) => ({ kind, name, uid })) });
    expect({ deleted, failed }).toEqual({ deleted: items.length, failed: [] });
    const left = (): string => kubectl('get', 'jobs,secrets,pods', '-l', 'app.kubernetes.io/managed-by=pyexekube', '-n', cluster.namespace, '-o', 'name');
    await expect.poll(left, { timeout: 60_000, interval: 200 }).toBe('');
    expect((await api.jobs.leftovers({ connectionId, namespace: cluster.namespace })).items).toEqual([]);
  });
});
