import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { kubectl, testKubeconfig, textOf } from './harness.ts';
import { onCluster } from './onCluster.ts';

const group = 'kueue.x-k8s.io';
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `localqueues.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
  spec: {
    group, scope: 'Namespaced', names: { plural: 'localqueues', singular: 'localqueue', kind: 'LocalQueue', listKind: 'LocalQueueList' },
    versions: [{ name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};
const isInstalled = testKubeconfig !== '' && kubectl('get', 'crd', '-o', 'name').includes(group);

onCluster('a run for a Kueue queue', { skip: isInstalled }, (cluster) => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pyexekube-kueue-'));
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => {
    // Gone before the next file: to others this cluster has no Kueue.
    kubectl('delete', 'crd', definition.metadata.name, '--ignore-not-found', '--timeout=50s');
    rmSync(folder, { recursive: true });
  });

  function create(name: string, object: object): void {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(object));
    kubectl('create', '-f', file);
  }

  it('is refused at once where there is no Kueue, and makes nothing', async () => {
    const runId = await cluster.application.submit('print("never")', { settings: { queue: 'fast' } });
    const { failure } = await cluster.application.reach(runId, 'done');
    expect(failure).toMatchObject({ kind: 'admission', action: { kind: 'editProfile', field: 'queue' }, message: expect.stringContaining('Kueue is not installed in this cluster') });
    expect(kubectl('get', 'jobs', '-n', cluster.namespace, '-o', 'name')).toBe('');
  });

  // Kueue's own part, letting the Job run, is played here: what it is asked for is its label on a suspended Job.
  it('carries its label, waits in words, and runs when it is let', async () => {
    create('definition', definition);
    kubectl('wait', '--for=condition=established', `crd/${definition.metadata.name}`, '--timeout=30s');
    await expect.poll(() => kubectl('api-versions'), { timeout: 30_000 }).toContain(`${group}/v1beta1`);
    create('queue', { apiVersion: `${group}/v1beta1`, kind: 'LocalQueue', metadata: { name: 'fast', namespace: cluster.namespace } });
    const runId = await cluster.application.submit('print("let")', { settings: { queue: 'fast', startTimeoutSeconds: 60 } });
    const waiting = await cluster.application.until(runId, (job) => job.waitingFor !== null, 'waiting');
    expect(waiting.waitingFor).toBe('It waits in the Kueue queue "fast".');
    expect(kubectl('get', 'job', waiting.jobName, '-n', cluster.namespace, '-o', `jsonpath={.metadata.labels.kueue\\.x-k8s\\.io/queue-name} {.spec.suspend}`)).toBe('fast true');
    // The time in the queue, longer than a run has to its start, does not count.
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 600_000);
    kubectl('patch', 'job', waiting.jobName, '-n', cluster.namespace, '-p', '{"spec":{"suspend":false}}');
    expect(textOf(await cluster.application.output(runId))).toBe('let\n');
  });
});
