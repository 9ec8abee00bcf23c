import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRunId } from '../../../contract/ids.ts';
import type { PreflightCheck } from '../../../contract/jobs.ts';
import { ProfileSettings } from '../../../contract/profiles.ts';
import { createClusterClient, type ClusterClient } from '../cluster/index.ts';
import { listLeftovers, removeLeftovers } from './leftovers.ts';
import { collectorContainer, mainContainer, runIdLabel } from './manifest/index.ts';
import { deleteJob, deletePod, ensureJob, ensureSecret, findJob, readJob } from './objects.ts';
import { preflight } from './preflight/preflight.ts';
import { applySetup, setupObjects } from './setup/index.ts';

interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}
type Answer = { code: number; body: unknown };
const ok = (body: unknown): Answer => ({ code: 200, body });
const refuse = (code: number, reason: string, message = reason): Answer => ({ code, body: { kind: 'Status', code, reason, message } });
const signal = new AbortController().signal;

/** What an API server answers, over real HTTP. */
describe('a cluster that answers', () => {
  let server: Server;
  let client: ClusterClient;
  let asked: Asked[];
  let answer: (question: Asked) => Answer;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      void (async () => {
        const url = new URL(request.url ?? '/', 'http://cluster');
        const body = request.headers['content-length'] === undefined ? null : await json(request);
        const question = { method: request.method ?? '', path: url.pathname, query: url.searchParams, body };
        asked.push(question);
        const { code, body: said } = answer(question);
        response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(said));
      })();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    client = createClusterClient({ server: url, kubeconfig: () => ({ cluster: { server: url }, user: {} }), credentials: async () => ({ token: 'secret' }) });
  });
  afterEach(() => {
    client.close();
    server.close();
  });

  describe('objects of a run', () => {
    const runId = newRunId();
    const place = { runId, namespace: 'team', jobName: 'job' };
    const manifest = { job: { metadata: { name: 'job' } }, secret: { metadata: { name: 'secret' } } };
    const named = (uid: string, owner: string = runId): Answer => ok({ metadata: { name: 'job', uid, labels: { [runIdLabel]: owner } } });

    it('are found again when an earlier try has made them', async () => {
      answer = ({ method }) => (method === 'POST' ? refuse(409, 'AlreadyExists') : named('u1'));
      expect(await ensureJob(client, place, manifest, signal)).toBe('u1');
      await ensureSecret(client, place, manifest, 'u1', signal);
      expect(asked.findLast(({ method }) => method === 'POST')).toMatchObject({ path: '/api/v1/namespaces/team/secrets', body: { metadata: { ownerReferences: [{ uid: 'u1', kind: 'Job' }] } } });
      answer = ({ method }) => (method === 'POST' ? refuse(409, 'AlreadyExists') : named('u2', newRunId()));
      await expect(ensureJob(client, place, manifest, signal)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('job') });
      answer = () => refuse(403, 'Forbidden');
      await expect(ensureJob(client, place, manifest, signal)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    it('are only taken for the run if they are its own', async () => {
      answer = () => named('u1');
      expect(await findJob(client, place, signal)).toBe('u1');
      expect(await readJob(client, place, 'u1', signal)).toMatchObject({ metadata: { uid: 'u1' } });
      expect(await readJob(client, place, 'u2', signal)).toBeNull();
      answer = () => named('u1', newRunId());
      expect(await findJob(client, place, signal)).toBeNull();
      answer = () => refuse(404, 'NotFound');
      expect([await findJob(client, place, signal), await readJob(client, place, 'u1', signal)]).toEqual([null, null]);
      answer = () => refuse(500, 'InternalError');
      await expect(findJob(client, place, signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(readJob(client, place, 'u1', signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });

    it('are deleted by uid, and may be gone already', async () => {
      for (const code of [404, 409]) {
        answer = () => refuse(code, 'x');
        await deleteJob(client, place, 'u1', 5, signal);
      }
      expect(asked.at(-1)?.body).toMatchObject({ preconditions: { uid: 'u1' }, gracePeriodSeconds: 5 });
      answer = () => refuse(403, 'Forbidden');
      await expect(deleteJob(client, place, 'u1', null, signal)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(asked.at(-1)?.body).not.toHaveProperty('gracePeriodSeconds');
      await deletePod(client, place, 'pod', signal);
      answer = () => refuse(500, 'InternalError');
      await expect(deletePod(client, place, 'pod', signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });

  describe('leftovers', () => {
    it('are Jobs, and what has no Job any more, page by page, oldest first', async () => {
      const runId = newRunId();
      const owned = [{ kind: 'Job', name: 'one', uid: 'j1' }];
      const jobs = [
        { metadata: { name: 'one', uid: 'j1', creationTimestamp: '2026-01-02T00:00:00Z', labels: { [runIdLabel]: runId } }, spec: { ttlSecondsAfterFinished: 60 }, status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-02T01:00:00Z' }] } },
        { metadata: { name: 'two', uid: 'j2', creationTimestamp: '2026-01-03T00:00:00Z' } },
        { metadata: { name: 'three', uid: 'j3', creationTimestamp: '2026-01-05T00:00:00Z', deletionTimestamp: '2026-01-05T00:01:00Z' } },
      ];
      const holding = { containerStatuses: [{ name: mainContainer, state: { terminated: { exitCode: 0 } } }, { name: collectorContainer, state: { running: {} } }] };
      answer = ({ path, query }) => {
        if (path.endsWith('/jobs')) return ok(query.get('continue') === 'more' ? { items: jobs.slice(1), metadata: { continue: '' } } : { items: [jobs[0]], metadata: { continue: 'more' } });
        if (path.endsWith('/pods')) return ok({ items: [{ metadata: { name: 'own', ownerReferences: owned }, status: holding }, { metadata: { name: 'lone', creationTimestamp: '2026-01-01T00:00:00Z' }, status: holding }] });
        return ok({ items: [{ metadata: { name: 'kept', ownerReferences: owned } }, { metadata: { name: 'secret', creationTimestamp: '2026-01-04T00:00:00Z' } }] });
      };
      const items = await listLeftovers(client, 'team', (id) => (id === runId ? { title: 'mine', isCollected: false } : null), signal);
      expect(items).toMatchObject([
        { kind: 'Pod', name: 'lone', state: 'ended', uncollected: true, runId: null, title: null, expiresMs: null },
        { kind: 'Job', name: 'one', state: 'ended', uncollected: true, runId, title: 'mine', own: true, expiresMs: Date.parse('2026-01-02T01:01:00Z') },
        { kind: 'Job', name: 'two', state: 'live', own: false, uncollected: false, expiresMs: null },
        { kind: 'Secret', name: 'secret', state: 'unknown' },
        { kind: 'Job', name: 'three', state: 'deleting' },
      ]);
      // A node tells of a container's end a moment after it.
      const collected = await listLeftovers(client, 'team', () => ({ title: 'mine', isCollected: true }), signal);
      expect(collected.find(({ name }) => name === 'one')).toMatchObject({ uncollected: false });
    });

    it('are told without Secrets where these may not be listed', async () => {
      answer = ({ path }) => (path.endsWith('/secrets') ? refuse(403, 'Forbidden') : ok({ items: null }));
      expect(await listLeftovers(client, 'team', () => null, signal)).toEqual([]);
      answer = ({ path }) => (path.endsWith('/secrets') ? refuse(500, 'InternalError') : ok({ items: [] }));
      await expect(listLeftovers(client, 'team', () => null, signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });

    it('are deleted one by one; what another has by now stays', async () => {
      answer = ({ path }) => (path.endsWith('/gone') ? refuse(404, 'NotFound') : path.endsWith('/other') ? refuse(409, 'Conflict') : path.endsWith('/no') ? refuse(403, 'Forbidden', 'no right') : ok({}));
      const items = [['Job', 'there'], ['Pod', 'gone'], ['Secret', 'other'], ['Job', 'no']] as const;
      expect(await removeLeftovers(client, 'team', items.map(([kind, name]) => ({ kind, name, uid: name })), signal)).toEqual({
        deleted: 2,
        failed: [{ kind: 'Secret', name: 'other', message: 'It is another object by now.' }, { kind: 'Job', name: 'no', message: 'The cluster refused: no right' }],
      });
      expect(asked[0]?.body).toMatchObject({ preconditions: { uid: 'there' } });
    });
  });

  it('has its namespace set up, for whom it is asked', async () => {
    answer = () => ok({});
    const applied = await applySetup(client, { namespace: 'team', subject: 'Group:people' }, signal);
    expect(applied).toEqual(setupObjects({ namespace: 'team' }).map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    expect(asked.map(({ path }) => path)).toContain('/apis/rbac.authorization.k8s.io/v1/namespaces/team/roles/pyexekube');
    expect(asked[0]?.path).toBe('/api/v1/namespaces/team');
    expect(JSON.stringify(setupObjects({ namespace: 'team', subject: 'ServiceAccount:robot' }))).toContain('"name":"robot","namespace":"team"');
    expect(() => setupObjects({ namespace: 'team', subject: 'people' })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('says how far the setup of a namespace came', async () => {
    answer = ({ path }) => (path.includes('/rolebindings/') ? refuse(422, 'Invalid', 'roleRef: Invalid value: cannot change roleRef') : ok({}));
    await expect(applySetup(client, { namespace: 'team' }, signal)).rejects.toMatchObject({
      code: 'INVALID_INPUT', action: expect.stringContaining('Delete that one') as string,
      message: 'There is a RoleBinding/pyexekube already, which is for another Role. Applied so far: Namespace/team, ServiceAccount/pyexekube, Role/pyexekube.',
    });
    answer = ({ path }) => (path.includes('/roles/') ? refuse(403, 'Forbidden', 'no') : ok({}));
    await expect(applySetup(client, { namespace: 'team' }, signal)).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/^Role\/pyexekube: .*\. Applied so far: /) as string });
    answer = () => refuse(403, 'Forbidden', 'no');
    await expect(applySetup(client, { namespace: 'team' }, signal)).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'The cluster refused: no' });
  });

  describe('preflight', () => {
    const settings = ProfileSettings.parse({
      image: 'registry.example/image:1',
      cpu: '1',
      memory: '1Gi',
      imagePullSecrets: ['pull'],
      secrets: [{ as: 'variable', secret: 'keys', key: 'token', name: 'TOKEN' }],
      volumes: [{ claim: 'data', use: 'input', mountPath: '/data' }],
      serviceAccount: 'robot',
      queue: 'batch',
      extendedResources: { 'nvidia.com/gpu': 1 },
    });
    const resources = { requests: { cpu: '1' }, limits: { memory: '1Gi' } };
    const manifest = { job: { spec: { template: { metadata: {}, spec: { containers: [{ resources }] } } } }, secret: {} };
    const node = (name: string, more: object = {}, allocatable: object = { cpu: '8', memory: '32Gi', 'nvidia.com/gpu': '1' }): object => ({ metadata: { name }, spec: more, status: { allocatable } });
    const pull = (auths: object): object => ({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } });
    /** What a cluster in order answers, by the end of the path. */
    const inOrder = (): Record<string, Answer> => ({
      '/version': ok({ gitVersion: 'v1.35.0' }),
      '/selfsubjectreviews': ok({ status: { userInfo: { username: 'me' } } }),
      '/selfsubjectaccessreviews': ok({ status: { allowed: true } }),
      '/nodes': ok({ items: [node('n1')] }),
      '/secrets/pull': ok(pull({ 'https://registry.example/v1/': {} })),
      '/secrets/keys': ok({ data: { token: 'eA==' } }),
      '/persistentvolumeclaims/data': ok({ status: { phase: 'Bound' } }),
      '/serviceaccounts/robot': ok({}),
      '/localqueues/batch': ok({ status: { conditions: [{ type: 'Active', status: 'True' }] } }),
    });

    async function check(changes: Record<string, Answer> = {}, changed: Partial<ProfileSettings> = {}): Promise<Map<string, PreflightCheck>> {
      const answers = Object.entries({ ...inOrder(), ...changes });
      answer = ({ path }) => answers.findLast(([end]) => path.endsWith(end))?.[1] ?? ok({});
      const checks = new Map<string, PreflightCheck>();
      for await (const one of preflight({ client, namespace: 'team', settings: { ...settings, ...changed }, manifest, signal })) checks.set(one.id, one);
      return checks;
    }

    it('passes where all is in order', async () => {
      const checks = await check();
      expect([...checks.values()].filter(({ state }) => state !== 'passed')).toEqual([]);
      expect(checks.get('signedIn')?.evidence).toBe('as me');
      expect(asked.filter(({ method, query }) => method === 'POST' && query.get('dryRun') === 'All').length).toBe(3);
    });

    it.each([
      ['signedIn', { '/selfsubjectreviews': refuse(401, 'Unauthorized') }, 'failed', 'does not accept'],
      ['signedIn', { '/selfsubjectreviews': refuse(404, 'NotFound') }, 'passed', 'does not tell the name'],
      ['signedIn', { '/selfsubjectreviews': refuse(403, 'Forbidden') }, 'unknown', 'Not known'],
      ['signedIn', { '/selfsubjectreviews': ok({ status: { userInfo: { username: 'system:anonymous' } } }) }, 'failed', 'nobody'],
      ['reachable', { '/version': refuse(403, 'Forbidden') }, 'passed', 'does not tell its version'],
      ['reachable', { '/version': refuse(400, '', 'Client sent an HTTP request to an HTTPS server.') }, 'failed', 'not as a Kubernetes API server'],
      ['rights', { '/selfsubjectaccessreviews': ok({ status: { allowed: false } }) }, 'failed', 'Missing: create jobs'],
      ['dryRun', { '/team/jobs': refuse(403, 'Forbidden', 'exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5') }, 'failed', 'is used up'],
      ['dryRun', { '/team/jobs': refuse(403, 'Forbidden', 'User "me" cannot create resource "jobs" in API group "batch"') }, 'unknown', 'no right'],
      ['dryRun', { '/team/jobs': refuse(429, 'TooManyRequests') }, 'unknown', 'Not known'],
      ['node', { '/nodes': refuse(403, 'Forbidden') }, 'unknown', 'Not known'],
      ['node', { '/nodes': ok({ items: [] }) }, 'warning', 'no node now'],
      ['node', { '/nodes': ok({ items: [node('n1', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] })] }) }, 'warning', 'gpu=yes:NoSchedule are not tolerated'],
      ['node', { '/nodes': ok({ items: [node('n1', { unschedulable: true })] }) }, 'warning', 'they take no new pods'],
      ['node', { '/nodes': ok({ items: [node('n1', {}, { cpu: '1', memory: '32Gi' })] }) }, 'warning', 'largest: 1 CPU'],
      ['resource:nvidia.com/gpu', { '/nodes': ok({ items: [node('n1', {}, {})] }) }, 'warning', 'No node has nvidia.com/gpu'],
      ['pullSecret:pull', { '/secrets/pull': refuse(404, 'NotFound') }, 'failed', 'There is no Secret "pull"'],
      ['pullSecret:pull', { '/secrets/pull': ok({}) }, 'warning', 'of the type Opaque'],
      ['pullSecret:pull', { '/secrets/pull': ok(pull({ 'other.example': {} })) }, 'warning', 'It is for other.example; the image comes from registry.example.'],
      ['secret:keys', { '/secrets/keys': refuse(404, 'NotFound') }, 'failed', 'There is no Secret "keys"'],
      ['secret:keys', { '/secrets/keys': ok({}) }, 'failed', 'no key token (it has none)'],
      ['claim:data', { '/persistentvolumeclaims/data': refuse(404, 'NotFound') }, 'failed', 'no volume claim'],
      ['claim:data', { '/persistentvolumeclaims/data': ok({ status: { phase: 'Lost' } }) }, 'failed', 'is lost'],
      ['claim:data', { '/persistentvolumeclaims/data': ok({ status: { phase: 'Pending' } }) }, 'passed', 'when a pod uses it'],
      ['serviceAccount', { '/serviceaccounts/robot': refuse(404, 'NotFound') }, 'failed', 'no service account'],
      ['queue', { '/localqueues/batch': refuse(404, 'NotFound') }, 'failed', 'no Kueue queue'],
      ['queue', { '/localqueues/batch': ok({ status: { conditions: [{ type: 'Active', status: 'False', message: 'is stopped' }] } }) }, 'warning', 'is stopped'],
    ] as const)('says of %s with %o: %s', async (id, changes, state, evidence) => {
      expect((await check(changes)).get(id)).toMatchObject({ state, evidence: expect.stringContaining(evidence) });
    });

    it('tells no more of a cluster whose sign-in is refused', async () => {
      const checks = await check({ '/selfsubjectreviews': refuse(401, 'Unauthorized') });
      expect([...checks.values()].map(({ state }) => state)).toEqual(['passed', 'failed', ...Array.from({ length: checks.size - 2 }, () => 'unknown')]);
      expect(checks.get('rights')?.evidence).toBe('Not checked: nobody is signed in.');
    });

    it('reads the quotas where no pod may be tried', async () => {
      const denied = { '/selfsubjectaccessreviews': ok({ status: { allowed: false } }) };
      const quota = (used: string, spec: object = {}): Answer => ok({ items: [{ metadata: { name: 'small' }, spec, status: { hard: { 'requests.cpu': '4' }, used: { 'requests.cpu': used } } }] });
      expect((await check({ ...denied, '/resourcequotas': quota('3500m') })).get('pod')).toMatchObject({ state: 'failed', evidence: expect.stringContaining('allows 4 of requests.cpu; 3500m is in use') });
      expect((await check({ ...denied, '/resourcequotas': quota('3') })).get('pod')).toMatchObject({ state: 'unknown', evidence: expect.stringContaining('1 read') });
      expect((await check({ ...denied, '/resourcequotas': quota('4', { scopes: ['BestEffort'] }) })).get('pod')).toMatchObject({ state: 'unknown' });
    });

    it('leads to the field that names the Secret', async () => {
      const named = { packageIndex: { ...settings.packageIndex, credentialsSecret: 'login' } };
      expect((await check({ '/secrets/login': refuse(404, 'NotFound') }, named)).get('secret:login')).toMatchObject({ state: 'failed', fix: { field: 'packageIndex' } });
      expect((await check({}, named)).get('secret:login')).toMatchObject({ evidence: 'It has no key username, password (it has none).', fix: { field: 'packageIndex' } });
    });

    it('finds no node for a selector that fits none, and one for a taint that is tolerated', async () => {
      expect((await check({}, { nodeSelector: { zone: 'a' } })).get('node')).toMatchObject({ state: 'warning', fix: { field: 'nodeSelector' } });
      const tainted = { '/nodes': ok({ items: [node('n1', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] })] }) };
      expect((await check(tainted, { tolerations: [{ key: 'gpu', effect: 'NoSchedule' }] })).get('node')).toMatchObject({ state: 'passed', evidence: '1 of 1: n1' });
    });
  });
});
