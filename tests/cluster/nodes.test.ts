import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { kubectl, textOf } from './harness.ts';
import { onCluster } from './onCluster.ts';

onCluster('a run whose node fails', {}, (cluster) => {
  let folder: string;
  let node: string;

  beforeAll(() => {
    node = `gone-${cluster.namespace}`;
    folder = mkdtempSync(join(tmpdir(), 'pyexekube-nodes-'));
  });
  afterEach(() => void kubectl('delete', 'node', node, '--ignore-not-found', '--wait=false'));
  afterAll(() => {
    kubectl('delete', 'pods', '--all', '-n', cluster.namespace, '--grace-period=0', '--force', '--wait=false');
    rmSync(folder, { recursive: true });
  });

  /** A node of which the API server knows, and behind which there is no computer: no kubelet ever answers for it. */
  function makeNode(): void {
    const file = join(folder, 'node.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels: { [node]: 'yes' } }, spec: { taints: [{ key: node, value: 'yes', effect: 'NoSchedule' }] } }));
    kubectl('create', '-f', file);
    const resources = { cpu: '4', memory: '8Gi', pods: '10', 'ephemeral-storage': '10Gi' };
    kubectl('patch', 'node', node, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True', reason: 'Test', lastHeartbeatTime: new Date().toISOString() }] } }));
  }

  it('says that the node is gone', async () => {
    makeNode();
    const runId = await cluster.application.submit('print("never")', { settings: { nodeSelector: { [node]: 'yes' }, tolerations: [{ key: node }, { key: 'node.kubernetes.io/not-ready' }], startTimeoutSeconds: 300 } });
    await cluster.application.until(runId, (job) => job.node === node, 'on the node', 60_000);
    kubectl('delete', 'node', node);
    const { failure } = await cluster.application.until(runId, (job) => job.failure !== null, 'failure', 110_000);
    expect(failure).toMatchObject({ kind: 'nodeLost', action: { kind: 'runAgain' }, message: `The node ${node} is gone.` });
  });

  it('says what it used too much of when the node takes it off', async () => {
    const source = 'import os, time\nprint("up", flush=True)\nwith open(os.environ["PYEXEKUBE_OUTPUT"] + "/large", "wb") as file:\n  for _ in range(60): file.write(os.urandom(1024 * 1024))\n  file.flush()\n  time.sleep(300)';
    const runId = await cluster.application.submit(source, { settings: { ephemeralStorage: '20Mi' } });
    const { failure } = await cluster.application.until(runId, (job) => job.failure !== null, 'failure', 110_000);
    expect(failure).toMatchObject({ kind: 'evicted', action: { kind: 'editProfile', field: 'ephemeralStorage' } });
    expect(failure?.message).toMatch(/^The run was evicted from \S+: it used more disk than it may\./);
    expect(textOf(await cluster.application.output(runId))).toContain('up');
  });
});
