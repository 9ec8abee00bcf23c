import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kubectl, startApplication, waiting } from './harness.ts';
import { onCluster } from './onCluster.ts';

onCluster('files that a run produced', { through: 'proxy' }, (cluster) => {
  const writing = 'import os\nout = os.environ["PYEXEKUBE_OUTPUT"]\nos.makedirs(out + "/deep")\nopen(out + "/deep/a.txt", "w").write("A" * 10)\n';

  it('come back, those of the output folder and those that the patterns name', async () => {
    const runId = await cluster.application.submit(`${writing}open("plot.png", "wb").write(b"png")\nopen("other.txt", "w").write("no")`, { settings: { artifacts: { patterns: ['*.png'] } } });
    const job = await cluster.application.reach(runId, 'done');
    expect(job.artifacts).toMatchObject({ state: 'fetched', files: 2, bytes: 13 });
    const { artifacts } = await cluster.application.api.jobs.artifacts({ runId });
    expect(artifacts.map(({ path, bytes }) => [path, bytes])).toEqual([['files/plot.png', 3], ['output/deep/a.txt', 10]]);
    expect(readFileSync(artifacts[1]?.file ?? '', 'utf8')).toBe('AAAAAAAAAA');
    // The pod is let go: its Job comes to its end.
    kubectl('wait', '--for=condition=complete', `job/${job.jobName}`, '-n', cluster.namespace, '--timeout=30s');
  });

  it('come back under names that every system has, and without those that nobody may read, which are named', async () => {
    const source = `${writing}
os.chdir(out)
for name in ("10:30.csv", "CON", "new\\nline"): open(name, "w").write(name)
open("secret", "w").close(); os.chmod("secret", 0)
os.mkdir("closed"); open("closed/x", "w").close(); os.chmod("closed", 0)`;
    const runId = await cluster.application.submit(source);
    expect((await cluster.application.reach(runId, 'done')).artifacts).toMatchObject({ state: 'fetched', files: 4 });
    const { artifacts } = await cluster.application.api.jobs.artifacts({ runId });
    expect(artifacts.map(({ path, file }) => [path, readFileSync(file, 'utf8')])).toEqual([
      ['output/10_30.csv', '10:30.csv'], ['output/_CON', 'CON'], ['output/deep/a.txt', 'AAAAAAAAAA'], ['output/new_line', 'new\nline'],
    ]);
    const notes = (await cluster.application.output(runId)).flatMap((body) => (body.kind === 'note' ? [body.text] : []));
    expect(notes).toEqual(['2 files do not come back, among them output/secret (it may not be read).']);
  });

  it('go with the run when it is deleted from the history', async () => {
    const { api } = cluster.application;
    const runId = await cluster.application.submit(writing);
    await cluster.application.reach(runId, 'done');
    const { folder, artifacts } = await api.jobs.artifacts({ runId });
    expect(artifacts).toHaveLength(1);
    await api.runs.delete({ ids: [runId] });
    await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false);
  });

  it('come back whole when the connection breaks in the middle', async () => {
    const source = 'import os\nout = os.environ["PYEXEKUBE_OUTPUT"]\nfor i in range(8):\n  open(f"{out}/{i}.bin", "wb").write(bytes([i]) * 4_000_000)';
    cluster.proxy.breakSocket = { path: 'command=send', afterBytes: 10_000_000 };
    const runId = await cluster.application.submit(source);
    // Whoever asks on the way is told how far it is.
    await cluster.application.until(runId, ({ artifacts: { state } }) => state === 'fetching', 'fetching');
    const job = await cluster.application.reach(runId, 'done', 60_000);
    expect(job.artifacts).toMatchObject({ state: 'fetched', files: 8, bytes: 32_000_000 });
    const { artifacts } = await cluster.application.api.jobs.artifacts({ runId });
    expect(cluster.proxy.breakSocket).toBeUndefined();
    for (const [i, { file }] of artifacts.entries()) expect(readFileSync(file).equals(Buffer.alloc(4_000_000, i))).toBe(true);
  });

  it('come back from a run that failed', async () => {
    const runId = await cluster.application.submit(`${writing}raise SystemExit(4)`);
    expect((await cluster.application.reach(runId, 'done')).artifacts).toMatchObject({ state: 'fetched', files: 1 });
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ status: 'failed', exitCode: 4 });
  });

  it('are fetched by the next start of the application when it was closed meanwhile', async () => {
    const runId = await cluster.application.submit(`${waiting}${writing}print("written", flush=True)\nwait("go")`);
    await cluster.application.says(runId, 'written\n');
    await cluster.application.core.dispose();
    cluster.application.letGo(runId);
    // The pod waits for its files to be fetched; nobody is there who would fetch them.
    const ended = ['get', 'pods', '-n', cluster.namespace, '-l', `pyexekube.dev/run-id=${runId}`, '-o', 'jsonpath={.items[0].status.containerStatuses[?(@.name=="main")].state.terminated.exitCode}'];
    await expect.poll(() => kubectl(...ended), { timeout: 60_000, interval: 200 }).toBe('0');
    const again = await startApplication(cluster.namespace, { home: cluster.application.home, kubeconfig: cluster.proxy.writeKubeconfig(cluster.application.home) });
    try {
      expect((await again.reach(runId, 'done')).artifacts).toMatchObject({ state: 'fetched', files: 1 });
    } finally {
      await again.core.dispose();
    }
  });

  it('are told as gone when nobody came for them in time', async () => {
    const { application, proxy, namespace } = cluster;
    const runId = await application.submit(`${waiting}${writing}print("written", flush=True)\nwait("go")`, { settings: { holdSeconds: 1 } });
    await application.says(runId, 'written\n');
    proxy.faults = { before: () => ({ status: 503, body: { kind: 'Status', code: 503, message: 'away' } }) };
    proxy.breakConnections();
    application.letGo(runId);
    const { jobName } = await application.api.jobs.get({ runId });
    kubectl('wait', '--for=condition=complete', `job/${jobName}`, '-n', namespace, '--timeout=30s');
    proxy.faults = {};
    const { artifacts } = await application.reach(runId, 'done', 60_000);
    expect(artifacts).toEqual({ state: 'failed', retryable: false, message: "The files are gone: the pod held them for 1 s after the script's end, and nobody came for them." });
  });

  it('are named when the disk takes them no more, and can be fetched later', async () => {
    const runId = await cluster.application.submit(writing);
    const blocked = join(cluster.application.home, 'cluster/artifacts');
    // A file in the place of the folder: it cannot be written, whoever tries.
    mkdirSync(join(cluster.application.home, 'cluster'), { recursive: true });
    writeFileSync(blocked, '');
    const job = await cluster.application.reach(runId, 'done');
    expect(job.artifacts).toMatchObject({ state: 'failed', retryable: true });
    rmSync(blocked);
    expect((await cluster.application.api.jobs.fetchArtifacts({ runId })).artifacts).toMatchObject({ state: 'fetched', files: 1 });
  });

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('are named when the disk is full in the middle, and can be fetched once there is room (needs root)', async () => {
    const disk = join(cluster.application.home, 'cluster');
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      const runId = await cluster.application.submit('import os\nfor i in range(4): open(os.environ["PYEXEKUBE_OUTPUT"] + "/%d" % i, "wb").write(os.urandom(500_000))');
      const job = await cluster.application.reach(runId, 'done');
      expect(job.artifacts).toMatchObject({ state: 'failed', retryable: true, message: expect.stringContaining('disk is full') });
      execFileSync('mount', ['-o', 'remount,size=10m', disk]);
      expect((await cluster.application.api.jobs.fetchArtifacts({ runId })).artifacts).toMatchObject({ state: 'fetched', files: 4, bytes: 2_000_000 });
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
