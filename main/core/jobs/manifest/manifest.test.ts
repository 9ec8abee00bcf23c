import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRunId } from '../../../../contract/ids.ts';
import { MountPath, podFolder, ProfileSettings, Quantity } from '../../../../contract/profiles.ts';
import { buildManifest, roomForFiles, runIdLabel, type ManifestInput } from './index.ts';

const runner = { runner: 'print("runner")', hook: 'print("hook")' };

function inputOf(settings: ProfileSettings, more: Partial<ManifestInput> = {}): ManifestInput {
  const files = { from: 'secret' as const, data: new Uint8Array([1, 2, 3]), sha256: 'a'.repeat(64) };
  return { runId: newRunId(), namespace: 'ml', settings, payload: { script: 'train.py', argv: ['--secret-looking'], files, requirements: null }, title: 'train', owner: 'ada@laptop', appVersion: '1.0.0', runner, ...more };
}

/** Anything that JSON can hold, often with the names and values that would do harm. */
const hostileText = fc.oneof(
  fc.constantFrom('/', '/proc', '/etc/../etc', '/var/run/docker.sock', '/pyexekube/code', '../..', 'hostPath', 'privileged', '0', 'root', 'Unconfined', '::', '$(HOME)', '`id`', '--privileged', 'a\nprivileged: true', '\u0000', 'pyexekube', 'kube-system'),
  fc.string({ maxLength: 30 }),
);
const name = fc.oneof(fc.constantFrom('data', 'cache', 'a.b', 'x'), hostileText);
const hostileFields = fc.record(
  {
    image: fc.oneof(fc.constantFrom('python:3.13-slim', 'localhost:5000/a/b:c', 'evil image'), hostileText),
    python: fc.oneof(fc.constantFrom('python3', '/opt/venv/bin/python'), hostileText),
    cpu: fc.oneof(fc.constantFrom('1', '500m', '0', '-1', '1e9'), hostileText),
    memory: fc.oneof(fc.constantFrom('1Gi', '0', '-5Mi'), hostileText),
    userId: fc.oneof(fc.constant(null), fc.integer({ min: -5, max: 2 ** 32 })),
    env: fc.dictionary(hostileText, hostileText, { maxKeys: 3 }),
    extendedResources: fc.dictionary(fc.oneof(fc.constantFrom('nvidia.com/gpu', 'cpu', 'hugepages-2Mi', 'kubernetes.io/x'), hostileText), fc.integer(), { maxKeys: 2 }),
    volumes: fc.array(fc.record({ claim: name, use: fc.constantFrom('work', 'input', 'output', 'cache', 'host'), mountPath: fc.oneof(fc.constantFrom('/data', '/in', undefined), hostileText), subPath: fc.option(hostileText, { nil: undefined }), hostPath: fc.constant({ path: '/' }) }), { maxLength: 3 }),
    secrets: fc.array(fc.oneof(fc.record({ as: fc.constant('files'), secret: name, mountPath: fc.oneof(fc.constant('/secret'), hostileText) }), fc.record({ as: fc.constant('variable'), secret: name, key: name, name: hostileText }), fc.record({ as: fc.constant('env'), secret: name })), { maxLength: 3 }),
    tolerations: fc.array(fc.record({ key: hostileText, value: hostileText }, { requiredKeys: [] }), { maxLength: 2 }),
    nodeSelector: fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
    serviceAccount: fc.option(name),
    queue: fc.option(name),
    retries: fc.integer({ min: -1, max: 30 }),
    // What no profile has, in case someone lets unknown fields through.
    hostNetwork: fc.constant(true),
    hostPID: fc.constant(true),
    privileged: fc.constant(true),
    securityContext: fc.constant({ privileged: true, runAsUser: 0 }),
    automountServiceAccountToken: fc.constant(true),
    command: fc.constant(['sh']),
  },
);
/** One or two fields that a stranger wrote: with more, hardly any profile would be accepted, and nothing would be tried. */
const hostile = fc.tuple(hostileFields, fc.shuffledSubarray(['image', 'python', 'cpu', 'memory', 'userId', 'env', 'extendedResources', 'volumes', 'secrets', 'tolerations', 'nodeSelector', 'serviceAccount', 'queue', 'retries'] as const, { minLength: 1, maxLength: 2 })).map(
  ([{ hostNetwork, hostPID, privileged, securityContext, automountServiceAccountToken, command, ...fields }, keys]) => ({
    hostNetwork, hostPID, privileged, securityContext, automountServiceAccountToken, command, ...Object.fromEntries(keys.map((key) => [key, fields[key]])),
  }),
);

/** Every object within a value, with its keys. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield Object.fromEntries(Object.entries(value));
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

function expectRestricted(settings: ProfileSettings): void {
  const { job } = buildManifest(inputOf(settings));
  const pod = job.spec?.template.spec;
  expect(pod).toBeDefined();
  // Labels may have any name, and harm nobody.
  for (const object of objectsIn(Object.entries(pod ?? {}).filter(([key]) => key !== 'nodeSelector'))) {
    for (const key of ['hostPath', 'hostNetwork', 'hostPID', 'hostIPC', 'hostPort', 'hostUsers', 'procMount', 'shareProcessNamespace', 'nodeName', 'initContainers', 'ephemeralContainers', 'csi', 'nfs', 'iscsi', 'projected', 'sysctls', 'windowsOptions', 'seLinuxOptions', 'lifecycle']) {
      expect(Object.keys(object)).not.toContain(key);
    }
    expect(object['privileged'] ?? false).toBe(false);
    expect(object['allowPrivilegeEscalation'] ?? false).toBe(false);
    expect(JSON.stringify(object['capabilities'] ?? { drop: ['ALL'] })).toBe('{"drop":["ALL"]}');
    expect(object['runAsUser'] ?? 1).toBeGreaterThan(0);
  }
  expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false, restartPolicy: 'Never' });
  expect(pod?.containers.map(({ name: container }) => container)).toEqual(['main', 'collector']);
  for (const container of pod?.containers ?? []) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, privileged: false, readOnlyRootFilesystem: true, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.command?.slice(1, 3)).toEqual(['-ISB', `${podFolder}/code/runner.py`]);
    expect(container.resources?.limits).toMatchObject({ cpu: expect.any(String) as string, memory: expect.any(String) as string });
    const paths = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path.startsWith(`${podFolder}/`) || path === '/tmp' || path === '/dev/shm' || MountPath.safeParse(path).success).toBe(true);
    for (const { name: variable, value } of container.env ?? []) expect({ variable, value }).toEqual({ variable, value: undefined });
  }
  for (const volume of pod?.volumes ?? []) expect(Object.keys(volume).filter((key) => key !== 'name')).toHaveLength(1);
  for (const volume of pod?.volumes ?? []) expect(['secret', 'emptyDir', 'persistentVolumeClaim']).toContain(Object.keys(volume).find((key) => key !== 'name'));
}

describe('buildManifest', () => {
  it('makes a restricted pod of whatever a profile holds', () => {
    let accepted = 0;
    fc.assert(
      fc.property(hostile, (written) => {
        const parsed = ProfileSettings.safeParse(written);
        if (!parsed.success) return;
        accepted++;
        expectRestricted(parsed.data);
      }),
      { numRuns: 600 },
    );
    // Else the property says nothing.
    expect(accepted).toBeGreaterThan(100);
    // Seconds, and many more on a machine that does much else.
  }, 120_000);

  it('makes a restricted pod of every profile that is well formed', () => {
    const claim = fc.constantFrom('data', 'models', 'a.b-c');
    const good = fc.record({
      userId: fc.option(fc.integer({ min: 1, max: 65_535 })),
      sharedMemory: fc.constantFrom(null, '1Gi'),
      ephemeralStorage: fc.constantFrom(null, '10Gi'),
      retries: fc.integer({ min: 0, max: 5 }),
      queue: fc.constantFrom(null, 'fast'),
      serviceAccount: fc.constantFrom(null, 'robot'),
      volumes: fc.subarray([{ claim: 'w', use: 'work' as const }, { claim: 'o', use: 'output' as const }, { claim: 'c', use: 'cache' as const, mountPath: '/pip' }, { claim: 'i', use: 'input' as const, mountPath: '/data', subPath: 'a/b' }]),
      secrets: claim.map((secret) => [{ as: 'env' as const, secret }, { as: 'variable' as const, secret, key: 'k', name: 'K' }, { as: 'files' as const, secret, mountPath: '/secret' }]),
      packageIndex: fc.constantFrom({}, { url: 'https://pypi.example.com/simple', credentialsSecret: 'pypi' }),
      tolerations: fc.constantFrom([], [{ key: 'gpu' }], [{}]),
    });
    fc.assert(fc.property(good, (written) => expectRestricted(ProfileSettings.parse(written))), { numRuns: 100 });
  });

  it('makes one volume of a claim, however often it is used, which is read only if all uses are', () => {
    const volumes = [{ claim: 'a', use: 'work' as const, subPath: 'w' }, { claim: 'a', use: 'input' as const, mountPath: '/in', subPath: 'i' }, { claim: 'b', use: 'input' as const, mountPath: '/more' }];
    const { job } = buildManifest(inputOf(ProfileSettings.parse({ volumes })));
    const pod = job.spec?.template.spec;
    expect(pod?.volumes?.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim ?? [])).toEqual([{ claimName: 'a' }, { claimName: 'b', readOnly: true }]);
    expect(pod?.containers[0]?.volumeMounts?.filter((mount) => mount.name === 'claim-0')).toMatchObject([{ subPath: 'w' }, { subPath: 'i', readOnly: true }]);
  });

  it('keeps values out of the Job: variables, arguments and files are in the Secret alone', () => {
    const { job, secret } = buildManifest(inputOf(ProfileSettings.parse({ env: { TOKEN: 'very-secret-value' } })));
    expect(JSON.stringify(job)).not.toMatch(/very-secret-value|--secret-looking/);
    const config = JSON.parse(Buffer.from(secret().data?.['run.json'] ?? '', 'base64').toString()) as object;
    expect(config).toMatchObject({ env: { TOKEN: 'very-secret-value' }, argv: ['--secret-looking'], script: 'train.py' });
    expect(secret()).toMatchObject({ immutable: true });
    expect(secret().metadata?.ownerReferences).toBeUndefined();
    expect(secret('u-1').metadata?.ownerReferences).toEqual([{ apiVersion: 'batch/v1', kind: 'Job', name: job.metadata?.name, uid: 'u-1', controller: true }]);
  });

  it('names everything after the run, suspended, with a deadline and an end', () => {
    const input = inputOf(ProfileSettings.parse({ queue: 'fast', timeoutSeconds: 100 }));
    const { job } = buildManifest(input);
    expect(job.metadata).toMatchObject({
      name: `pyexekube-${input.runId}`,
      labels: { 'app.kubernetes.io/managed-by': 'pyexekube', [runIdLabel]: input.runId, 'kueue.x-k8s.io/queue-name': 'fast' },
      annotations: { 'pyexekube.dev/owner': 'ada@laptop' },
    });
    expect(job.spec).toMatchObject({ suspend: true, backoffLimit: 0, ttlSecondsAfterFinished: 86_400, parallelism: 1, completions: 1 });
    expect(job.spec?.activeDeadlineSeconds).toBeGreaterThan(100);
    expect(job.spec?.podFailurePolicy).toBeUndefined();
    expect(job.spec?.template.metadata?.labels).toEqual({ 'app.kubernetes.io/managed-by': 'pyexekube', [runIdLabel]: input.runId });
    const again = buildManifest(inputOf(ProfileSettings.parse({ retries: 2 }))).job.spec?.podFailurePolicy?.rules;
    expect(again?.map(({ action }) => action)).toEqual(['Ignore', 'FailJob']);
  });

  it('says how much room is left for files, and refuses what is too much', () => {
    const settings = ProfileSettings.parse({});
    const room = roomForFiles(inputOf(settings));
    expect(room).toBeGreaterThan(1_000_000);
    const withFiles = (bytes: number) => inputOf(settings, { payload: { script: 'a.py', argv: [], files: { from: 'secret', data: new Uint8Array(bytes), sha256: '' }, requirements: null } });
    expect(() => buildManifest(withFiles(room - 100))).not.toThrow();
    expect(() => buildManifest(withFiles(room + 100))).toThrow(/a Secret holds/);
  });
});

describe('ProfileSettings', () => {
  it('runs with nothing set', () => {
    expect(ProfileSettings.parse({})).toMatchObject({ image: 'docker.io/library/python:3.13-slim', cpu: '1', memory: '1Gi', userId: 10001, retries: 0 });
  });

  it.each([
    { image: 'a b' }, { image: '' }, { image: '-x' }, { cpu: '0' }, { cpu: '0.0' }, { memory: '1.5' + '0'.repeat(30) }, { memory: '1Qi' }, { userId: 0 }, { env: { '1A': '' } }, { env: { PYEXEKUBE_X: '' } }, { env: { A: '\0' } },
    { extendedResources: { cpu: 1 } }, { extendedResources: { 'requests.kubernetes.io/x': 1 } }, { extendedResources: { 'nvidia.com/gpu': 0 } }, { volumes: [{ claim: 'a', use: 'input' }] },
    { volumes: [{ claim: 'a', use: 'input', mountPath: '/etc/x' }] }, { volumes: [{ claim: 'a', use: 'input', mountPath: '/a/../b' }] }, { volumes: [{ claim: 'a', use: 'input', mountPath: '/a' }, { claim: 'b', use: 'input', mountPath: '/a/b' }] },
    { volumes: [{ claim: 'a', use: 'cache', subPath: '../x' }] }, { volumes: [{ claim: 'a', use: 'work' }, { claim: 'b', use: 'work' }] }, { packageIndex: { url: 'https://me:word@host/simple' } }, { packageIndex: { url: 'file:///etc' } },
    { artifacts: { patterns: ['../*'] } }, { python: 'python3; id' }, { python: '-c' }, { timeoutSeconds: 0 }, { ttlSeconds: 1 },
  ])('refuses %j', (settings) => {
    expect(ProfileSettings.safeParse(settings).success).toBe(false);
  });

  it.each([
    { image: 'registry.example.com:5000/team/image:1.0@sha256:' + 'a'.repeat(64) }, { image: 'python' }, { image: 'gcr.io/distroless/python3-debian12:nonroot' }, { cpu: '0.5' }, { memory: '512M' },
    { nodeSelector: { 'topology.kubernetes.io/zone': '' } }, { python: '/opt/venv/bin/python3.12' }, { volumes: [{ claim: 'a', use: 'work', subPath: 'x' }, { claim: 'a', use: 'output' }] },
  ])('takes %j', (settings) => {
    expect(ProfileSettings.safeParse(settings).error).toBeUndefined();
  });

  it('knows a quantity', () => {
    for (const good of ['1', '500m', '1.5Gi', '0.1', '1e3']) expect(Quantity.safeParse(good).success).toBe(true);
    for (const bad of ['', '0', '-1', '1 Gi', 'Gi', '1gi', '0e3', '1e', '0x10']) expect(Quantity.safeParse(bad).success).toBe(false);
  });
});
