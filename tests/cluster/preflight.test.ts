import { expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import type { PreflightCheck } from '../../contract/jobs.ts';
import type { ProfileSettingsInput } from '../../contract/profiles.ts';
import { kubeconfigWithoutRights, writeManifest } from './identity.ts';
import { dropNamespace, kubectl, makeNamespace, startApplication, testProfile, type Application } from './harness.ts';
import { onCluster, restricted, untilRefused } from './onCluster.ts';

async function checksOf(application: Application, namespace: string, settings: ProfileSettingsInput = {}): Promise<Map<string, PreflightCheck>> {
  const checks = new Map<string, PreflightCheck>();
  const told = await application.api.jobs.preflight({
    connectionId: application.connectionId,
    profile: testProfile(settings),
    mode: 'file',
    title: 'preflight',
    source: 'print(1)',
    namespace,
  });
  for await (const check of told) checks.set(check.id, check);
  return checks;
}

onCluster('preflight', { labels: restricted }, (cluster) => {
  const objects = (): string => kubectl('--namespace', cluster.namespace, 'get', 'jobs,pods,secrets', '--output', 'name');

  it('finds nothing wrong in under a second, and makes nothing', async () => {
    const startMs = performance.now();
    const checks = await checksOf(cluster.application, cluster.namespace);
    expect(performance.now() - startMs).toBeLessThan(1000);
    expect([...checks.values()].filter(({ state }) => state !== 'passed')).toEqual([]);
    expect([...checks.keys()]).toEqual(['reachable', 'signedIn', 'rights', 'dryRun', 'pod', 'node']);
    expect(checks.get('reachable')?.evidence).toMatch(/Kubernetes v1\.\d+/);
    expect(checks.get('node')?.evidence).toMatch(/^1 of 1: /);
    expect(objects()).toBe('');
  });

  it('sees what no node has, and what is not there', async () => {
    const checks = await checksOf(cluster.application, cluster.namespace, {
      extendedResources: { 'nvidia.com/gpu': 1 },
      nodeSelector: { 'example.com/zone': 'moon' },
      imagePullSecrets: ['pull'],
      secrets: [{ as: 'variable', secret: 'token', key: 'value', name: 'TOKEN' }],
      volumes: [{ claim: 'data', use: 'input', mountPath: '/data' }],
      serviceAccount: 'robot',
      queue: 'fast',
    });
    expect(checks.get('resource:nvidia.com/gpu')).toMatchObject({ state: 'warning', fix: { kind: 'editProfile', field: 'extendedResources' } });
    expect(checks.get('node')).toMatchObject({ state: 'warning', evidence: expect.stringContaining('node selector') as string, fix: { field: 'nodeSelector' } });
    for (const id of ['pullSecret:pull', 'secret:token', 'claim:data', 'serviceAccount', 'queue']) {
      expect(checks.get(id), id).toMatchObject({ state: 'failed', evidence: expect.stringContaining('There is no') as string });
    }
  });

  it('sees a size that no node has', async () => {
    const checks = await checksOf(cluster.application, cluster.namespace, { cpu: '500', cpuRequest: '500' });
    expect(checks.get('node')).toMatchObject({ state: 'warning', evidence: expect.stringMatching(/None of 1 nodes has 500 CPU.*largest: \d/) as string, fix: { field: 'cpu' } });
  });

  it('sees a quota that is used up, a limit, and a namespace that does not exist', async () => {
    const other = makeNamespace();
    kubectl('--namespace', other, 'create', 'quota', 'small', '--hard=limits.memory=100Mi');
    await untilRefused(other, 'exceeded quota: small');
    expect((await checksOf(cluster.application, other)).get('pod')).toMatchObject({ state: 'failed', evidence: expect.stringMatching(/quota "small".*limits\.memory/) as string, fix: { kind: 'cleanUp' } });
    dropNamespace(other);
    expect((await checksOf(cluster.application, 'no-such-namespace')).get('dryRun')).toMatchObject({ state: 'failed', evidence: expect.stringContaining('does not exist') as string });
  });

  it('says what cannot be known for lack of rights, and which right is missing', async () => {
    const nobody = await startApplication(cluster.namespace, { kubeconfig: kubeconfigWithoutRights(cluster.namespace) });
    const checks = await checksOf(nobody, cluster.namespace);
    expect(checks.get('rights')).toMatchObject({ state: 'failed', fix: { kind: 'copyText' } });
    expect(checks.get('node')?.state).toBe('unknown');
    const fix = checks.get('rights')?.fix;
    if (fix?.kind !== 'copyText') throw new Error('no Role to copy');
    expect(fix.text).toContain('kind: RoleBinding');
    kubectl('create', '-f', writeManifest(fix.text));
    const after = await checksOf(nobody, cluster.namespace);
    expect(after.get('rights')?.state).toBe('passed');
    expect(after.get('dryRun')?.state).toBe('passed');
    expect(after.get('node')?.state).toBe('unknown');
    expect([...after.values()].filter(({ state }) => state === 'failed')).toEqual([]);
    // And these rights are enough.
    const runId = await nobody.submit('import os; open(os.environ["PYEXEKUBE_OUTPUT"] + "/a", "w").write("1"); print("with a Role")');
    await nobody.says(runId, 'with a Role');
    expect((await nobody.reach(runId, 'done')).artifacts).toMatchObject({ state: 'fetched', files: 1 });
    await nobody.close();
  });
});

onCluster('cluster setup', {}, (cluster) => {
  it('makes a namespace in which a run meets every rule', async () => {
    const name = `test-${newRunId().slice(-10)}`;
    const { yaml, applied } = await cluster.application.api.jobs.setup({ connectionId: cluster.application.connectionId, namespace: name, subject: 'Group:developers', apply: true });
    expect(applied).toEqual([
      `Namespace/${name}`, 'ServiceAccount/pyexekube', 'Role/pyexekube', 'RoleBinding/pyexekube', 'ResourceQuota/pyexekube', 'LimitRange/pyexekube',
      'NetworkPolicy/pyexekube-default-deny', 'NetworkPolicy/pyexekube-egress',
    ]);
    // What is printed is what was applied: nothing is left to change.
    expect(kubectl('diff', '--server-side', '--field-manager=pyexekube', '-f', writeManifest(yaml))).toBe('');
    const runId = await cluster.application.submit('print("inside")', { namespace: name, settings: { cpu: '1', memory: '256Mi' } });
    await cluster.application.says(runId, 'inside');
    await cluster.application.reach(runId, 'done');
    await cluster.application.api.jobs.setup({ connectionId: cluster.application.connectionId, namespace: name, apply: true });
    dropNamespace(name);
  });
});
