import { beforeAll, expect, it } from 'vitest';
import type { Failure } from '../../contract/failures.ts';
import type { ProfileSettingsInput } from '../../contract/profiles.ts';
import { dropNamespace, kubectl, makeNamespace } from './harness.ts';
import { writeManifest } from './identity.ts';
import { onCluster, restricted, untilRefused } from './onCluster.ts';

interface Case {
  what: string;
  source: string;
  settings?: ProfileSettingsInput;
  expected: object;
  sentence: RegExp;
}

const hello = 'print("hello")';
const soon = { startTimeoutSeconds: 5 };

const cases: Case[] = [
  {
    what: 'an image that no registry has',
    source: hello,
    settings: { ...soon, image: 'localhost:1/nobody/nothing:1' },
    expected: { kind: 'imagePull', action: { kind: 'editProfile', field: 'image' } },
    sentence: /^The image localhost:1\/nobody\/nothing:1 cannot be pulled: the node cannot reach the registry\.$/,
  },
  {
    what: 'an image that must not be pulled and is not there',
    source: hello,
    settings: { ...soon, image: 'localhost/nothing:1', imagePullPolicy: 'Never' },
    expected: { kind: 'imagePull', action: { field: 'imagePullPolicy' } },
    sentence: /is not on the node, and the profile says never to pull it/,
  },
  {
    what: 'too little memory',
    source: 'print("growing", flush=True)\nx = bytearray(10**9)\nx[::4096] = b"1" * len(x[::4096])',
    settings: { memory: '96Mi', memoryRequest: '32Mi' },
    expected: { kind: 'outOfMemory', action: { kind: 'runAgainWithMemory', memory: '192Mi' } },
    sentence: /^Out of memory: the run needed more than its limit of 96 MiB/,
  },
  {
    what: 'a device that no node has',
    source: hello,
    settings: { ...soon, extendedResources: { 'nvidia.com/gpu': 2 } },
    expected: { kind: 'unschedulable', action: { field: 'extendedResources' } },
    sentence: /^No node could take the run within 5 s: too little nvidia\.com\/gpu on 1 of 1 nodes \(asked for 2\)\.$/,
  },
  {
    what: 'more processor than there is',
    source: hello,
    settings: { ...soon, cpu: '500', cpuRequest: '500' },
    expected: { kind: 'unschedulable', action: { field: 'cpu' } },
    sentence: /too little cpu on 1 of 1 nodes \(asked for 500\)/,
  },
  {
    what: 'a node selector that fits nothing',
    source: hello,
    settings: { ...soon, nodeSelector: { 'example.com/zone': 'moon' } },
    expected: { kind: 'unschedulable', action: { field: 'nodeSelector' } },
    sentence: /the node selector does not fit 1 of 1 nodes/,
  },
  {
    what: 'a program that is no Python, though it ends well',
    source: hello,
    settings: { python: '/bin/true' },
    expected: { kind: 'containerStart', action: { field: 'python' } },
    sentence: /^"\/bin\/true" in the image ended with exit code 0 before the script began/,
  },
  {
    what: 'a claim that does not exist',
    source: hello,
    settings: { ...soon, volumes: [{ claim: 'nothing', use: 'input', mountPath: '/data' }] },
    expected: { kind: 'volume', action: { field: 'volumes' } },
    sentence: /^The volume claim "nothing" does not exist\.$/,
  },
  {
    what: 'a Secret that does not exist, as variables',
    source: hello,
    settings: { ...soon, secrets: [{ as: 'env', secret: 'nothing' }] },
    expected: { kind: 'containerStart', action: { field: 'secrets' } },
    sentence: /^The secret "nothing" does not exist in the namespace\.$/,
  },
  {
    what: 'a Secret that does not exist, as files',
    source: hello,
    settings: { ...soon, secrets: [{ as: 'files', secret: 'nothing', mountPath: '/secret' }] },
    expected: { kind: 'volume', action: { field: 'secrets' } },
    sentence: /^The Secret "nothing" does not exist in the namespace\.$/,
  },
  {
    what: 'a Python of another name',
    source: hello,
    settings: { ...soon, python: 'python4' },
    expected: { kind: 'containerStart', action: { field: 'python' } },
    sentence: /^There is no program "python4" in the image\.$/,
  },
  {
    what: 'a service account that does not exist',
    source: hello,
    settings: { ...soon, serviceAccount: 'nobody' },
    expected: { kind: 'admission', action: { field: 'serviceAccount' } },
    sentence: /^The service account "nobody" does not exist in test-/,
  },
  {
    what: 'a time limit',
    source: 'import time\ntime.sleep(60)',
    settings: { timeoutSeconds: 1 },
    expected: { kind: 'deadline', action: { kind: 'runAgainWithTimeout', timeoutSeconds: 2 } },
    sentence: /^The script ran longer than 1 s and was ended\.$/,
  },
  {
    what: 'a package that does not exist',
    source: '# /// script\n# dependencies = ["pyexekube-no-such-package"]\n# ///\nprint("hello")',
    settings: { packageIndex: { url: 'http://127.0.0.1:1/simple' } },
    expected: { kind: 'requirements', action: { kind: 'showOutput' } },
    sentence: /^"pyexekube-no-such-package" could not be installed: .*\(the package index could not be reached\)\.$/,
  },
  {
    what: 'another Python than the script asks for',
    source: '# /// script\n# requires-python = ">=3.99"\n# ///\nprint("hello")',
    expected: { kind: 'requirements', action: { field: 'image' } },
    sentence: /asks for Python >=3\.99; the image has 3\.\d+\.\d+\.$/,
  },
  {
    what: 'an exception',
    source: 'def f():\n    return 1 / 0\nf()',
    expected: { kind: 'traceback', action: { kind: 'openTraceback', frames: [{ line: 3 }, { line: 2, name: 'f' }] } },
    sentence: /^ZeroDivisionError: division by zero$/,
  },
  { what: 'an exit code', source: 'raise SystemExit(3)', expected: { kind: 'exitCode', action: { kind: 'showOutput' } }, sentence: /exit code 3\.$/ },
  { what: 'a crash', source: 'import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)', expected: { kind: 'signal' }, sentence: /crashed.*SIGSEGV/ },
];

onCluster('a failure names itself', { labels: restricted }, (cluster) => {
  const failures = new Map<string, Promise<Failure | null>>();

  async function failureOf({ source, settings }: Pick<Case, 'source' | 'settings'>, where = cluster.namespace): Promise<Failure | null> {
    const runId = await cluster.application.submit(source, { settings: { memory: '64Mi', cpu: '100m', ...settings }, namespace: where });
    return (await cluster.application.until(runId, (job) => job.failure !== null || job.phase === 'done', 'failure', 60_000)).failure;
  }

  beforeAll(async () => {
    await cluster.application.api.connections.update({ id: cluster.application.connectionId, maxRuns: 8 });
    // Most of them wait for the cluster, so all may wait together.
    for (const one of cases) {
      const failing = failureOf(one);
      failing.catch(() => undefined);
      failures.set(one.what, failing);
    }
  });

  it.each(cases)('$what', async ({ what, expected, sentence }) => {
    const failure = await failures.get(what);
    expect(failure).toMatchObject(expected);
    expect(failure?.message).toMatch(sentence);
  });

  it('a quota that is used up, and a limit of the namespace', async () => {
    const small = makeNamespace();
    kubectl('--namespace', small, 'create', 'quota', 'small', '--hard=limits.memory=100Mi');
    await untilRefused(small, 'exceeded quota: small');
    const quota = await failureOf({ source: hello, settings: soon }, small);
    expect(quota).toMatchObject({ kind: 'quota', action: { kind: 'cleanUp' } });
    expect(quota?.message).toMatch(/^The quota "small" of test-.* is used up: asked for limits\.memory=192Mi, in use limits\.memory=0, allowed limits\.memory=100Mi\.$/);
    kubectl('--namespace', small, 'delete', 'quota', 'small');
    kubectl('--namespace', small, 'create', '-f', writeManifest('apiVersion: v1\nkind: LimitRange\nmetadata: {name: small}\nspec: {limits: [{type: Container, max: {memory: 100Mi}}]}'));
    await untilRefused(small, 'maximum memory usage per Container');
    const limit = await failureOf({ source: hello, settings: { ...soon, memory: '1Gi' } }, small);
    expect(limit).toMatchObject({ kind: 'quota', action: { field: 'memory' } });
    expect(limit?.message).toMatch(/allows a container at most 100Mi of memory; the run has 1Gi\.$/);
    dropNamespace(small);
  });

  it('a Python that is not there, of which neither output nor files are missing', async () => {
    const runId = await cluster.application.submit(hello, { settings: { python: '/opt/none/python' } });
    const { failure, artifacts } = await cluster.application.reach(runId, 'done');
    expect(failure).toMatchObject({ kind: 'containerStart', action: { field: 'python' } });
    expect(artifacts).toEqual({ state: 'none' });
    expect(await cluster.application.api.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
  });

  it('a pod that the cluster takes away', async () => {
    const runId = await cluster.application.submit('import time\nprint("up", flush=True)\ntime.sleep(600)');
    await cluster.application.says(runId, 'up');
    const { pod } = await cluster.application.api.jobs.get({ runId });
    const eviction = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: cluster.namespace }, deleteOptions: { gracePeriodSeconds: 1 } });
    kubectl('create', '--raw', `/api/v1/namespaces/${cluster.namespace}/pods/${pod ?? ''}/eviction`, '-f', writeManifest(eviction));
    const { failure } = await cluster.application.until(runId, (job) => job.failure !== null, 'failure', 60_000);
    expect(failure).toMatchObject({ kind: 'evicted', action: { kind: 'runAgain' } });
    expect(failure?.message).toMatch(/^The run was evicted from \S+, which is being emptied\.$/);
  });

  it('a Job that somebody deletes', async () => {
    const runId = await cluster.application.submit('import time\nprint("up", flush=True)\ntime.sleep(600)');
    await cluster.application.says(runId, 'up');
    kubectl('--namespace', cluster.namespace, 'delete', 'job', (await cluster.application.api.jobs.get({ runId })).jobName, '--wait=false');
    const { failure } = await cluster.application.until(runId, (job) => job.failure !== null, 'failure', 60_000);
    expect(failure).toMatchObject({ kind: 'jobDeleted', action: { kind: 'runAgain' } });
  });

  it('a namespace that does not exist', async () => {
    expect(await failureOf({ source: hello }, 'no-such-namespace')).toMatchObject({ kind: 'namespaceGone', message: 'The namespace no-such-namespace does not exist.' });
  });
});
