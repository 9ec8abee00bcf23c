import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { kubectl, startApplication, textOf, waiting } from './harness.ts';
import { kubeconfigWithoutRights } from './identity.ts';
import { onCluster } from './onCluster.ts';

const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');
/** Each is in the copy at once; the log is asked for them later. */
const slowly = (count: number, from = 0): string => `import time\nfor i in range(${from}, ${count}):\n  print("line", i, flush=True)\n  time.sleep(0.05)\n`;
/** The first of them; the rest when the test says so: a script that has ended before anybody has read its beginning has said it to the log alone. */
const inTwoParts = (count: number): string => `${waiting}${slowly(10)}wait("go")\n${slowly(count, 10)}`;

onCluster('the first lines of a run, before the cluster serves its log', { through: 'proxy' }, (cluster) => {
  /** The kubelet answers so until it has seen that the container runs: here for as long as the test wants. */
  function holdLog(ofOthersThan?: string | null): void {
    const message = 'container "main" in pod "p" is waiting to start: ContainerCreating';
    cluster.proxy.faults = { before: ({ path }) => (path.includes('/log?') && !(ofOthersThan != null && path.includes(`/${ofOthersThan}/`)) ? { status: 400, body: { kind: 'Status', code: 400, reason: 'BadRequest', message } } : undefined) };
  }
  function serveLog(): void {
    cluster.proxy.faults = {};
  }

  it('are there, and what the log has besides comes with it, each once', async () => {
    holdLog();
    const { submit, says, letGo, output, api } = cluster.application;
    const runId = await submit(`open("/proc/1/fd/1", "w").write("from outside\\n")\n${inTwoParts(60)}`);
    await says(runId, 'line 3\n');
    serveLog();
    letGo(runId);
    const bodies = await output(runId);
    expect(textOf(bodies, 'stdout')).toBe(numbered(60));
    expect(textOf(bodies, 'stderr')).toBe('from outside\n');
    expect(await api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
    expect(cluster.proxy.requests.filter(({ path }) => path.includes('/exec?') && path.includes('import')).length).toBeLessThan(40);
  });

  it('are there once when the application is killed after them', async () => {
    holdLog();
    const home = mkdtempSync(join(tmpdir(), 'pyexekube-early-'));
    const kubeconfig = cluster.proxy.writeKubeconfig(home);
    const runId = newRunId();
    const run = JSON.stringify({ runId, source: inTwoParts(100) });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'applicationChild.ts'), home, kubeconfig, cluster.namespace, run], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface(child.stdout)) if (line === 'said something') break;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const again = await startApplication(cluster.namespace, { home, kubeconfig });
    serveLog();
    again.letGo(runId);
    expect(textOf(await again.output(runId))).toBe(numbered(100));
    expect(await again.api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
    await again.close();
  });

  it('are those of each attempt', async () => {
    holdLog();
    const { submit, says, letGo, until, output, api } = cluster.application;
    const runId = await submit(`${waiting}${slowly(20)}wait("go")\nraise SystemExit(1)`, { settings: { retries: 1 } });
    await says(runId, 'line 19\n');
    holdLog((await api.jobs.get({ runId })).pod);
    letGo(runId);
    await until(runId, ({ attempt }) => attempt === 2, 'second attempt');
    await says(runId, `${numbered(20)}${numbered(5)}`);
    serveLog();
    letGo(runId);
    expect(textOf(await output(runId), 'stdout')).toBe(numbered(20).repeat(2));
  });

  it('are not more of a flood than is good, and the rest comes with the log', async () => {
    holdLog();
    const { submit, says, letGo, output, api } = cluster.application;
    const lines = 400_000;
    const runId = await submit(`${waiting}for i in range(${lines}): print("line", i)\nwait("go")`);
    await says(runId, 'line 10000\n');
    expect((await api.output.outline({ runId })).length.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(256 * 1024);
    serveLog();
    letGo(runId);
    expect(textOf(await output(runId))).toBe(numbered(lines));
    expect(await api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
  });

  it('are left to the log when the script has written into the copy', async () => {
    holdLog();
    const { submit, says, letGo, inPod, output, api } = cluster.application;
    const copy = '/pyexekube/run/log/000000000000001';
    const forged = `open("${copy}", "ab").write(b"99999o forged\\nforged\\n")\nopen("/tmp/forged", "w").close()\n`;
    const runId = await submit(`${waiting}print("before", flush=True)\nwait("go")\n${forged}${slowly(40)}`);
    await says(runId, 'before\n');
    letGo(runId);
    inPod(runId, 'sh', '-c', 'while ! test -e /tmp/forged; do sleep 0.1; done');
    serveLog();
    expect(textOf(await output(runId))).toBe(`before\n${numbered(40)}`);
    expect(await api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
  });

  it('come with the log where commands may not be run', async () => {
    const { namespace } = cluster;
    const kubeconfig = kubeconfigWithoutRights(namespace);
    const allow = (name: string, verbs: string, resources: string): void => {
      kubectl('--namespace', namespace, 'create', 'role', name, `--verb=${verbs}`, `--resource=${resources}`);
      kubectl('--namespace', namespace, 'create', 'rolebinding', name, `--role=${name}`, `--serviceaccount=${namespace}:somebody`);
    };
    allow('objects', 'create,get,list,watch,patch,delete', 'jobs.batch,secrets,pods');
    allow('logs', 'get', 'pods/log');
    const log: string[] = [];
    const somebody = await startApplication(namespace, { kubeconfig, log });
    const runId = await somebody.submit(slowly(20));
    expect(textOf(await somebody.output(runId))).toBe(numbered(20));
    expect(await somebody.reach(runId, 'done')).toMatchObject({ contact: { state: 'ok' }, failure: null });
    expect(log.filter((line) => line.includes('exec'))).toEqual([]);
    await somebody.close();
  });
});
