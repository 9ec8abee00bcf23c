import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../contract/connections.ts';
import { newId, newRunId } from '../../contract/ids.ts';
import type { JobRequest } from '../../contract/jobs.ts';
import { ProfileId, ProfileSettings } from '../../contract/profiles.ts';
import { nextEvent, type Fixture } from './served.ts';

/** Two contexts of a cluster that does not answer: nothing listens on port 9 of this machine. One signs in by a program. */
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:9"}}]
users:
- {name: somebody, user: {token: secret}}
- {name: program, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: pyexekube-no-such-program, args: [token], interactiveMode: Never}}}
contexts:
- {name: contract-token, context: {cluster: nowhere, user: somebody, namespace: team}}
- {name: contract-program, context: {cluster: nowhere, user: program}}
current-context: contract-token
`;

/** Clusters, profiles and runs on them, as far as they can be told without a cluster. */
export function clusterSuite(fixture: () => Fixture, home: string): void {
  const file = join(home, 'kube', 'config');

  async function connection(name: string): Promise<Connection> {
    const { connections } = await fixture().first.connections.list();
    const found = connections.find((one) => one.name === name && one.file === file);
    if (found === undefined) throw new Error(`no connection ${name}`);
    return found;
  }

  async function request(): Promise<JobRequest> {
    return {
      connectionId: (await connection('contract-token')).id,
      profile: ProfileSettings.parse({}),
      profileName: 'small',
      mode: 'file',
      title: 'contract',
      source: 'print("hi")',
      path: null,
      tabId: null,
      lineOffset: 1,
      argv: [],
      folder: null,
    exactly: null,
    pinned: null,
    };
  }

  describe('connections', () => {
    it('are the contexts of the files that were added, and tell of changes', async () => {
      const { first, second } = fixture();
      mkdirSync(join(home, 'kube'), { recursive: true });
      writeFileSync(file, kubeconfig);
      const stop = new AbortController();
      const events = await second.connections.watch(undefined, { signal: stop.signal });
      await nextEvent(events);
      const { files } = await first.connections.addFile({ path: file });
      expect(files.find((one) => one.path === file)).toMatchObject({ origin: 'added', state: { state: 'ok', contexts: 2 } });
      expect((await nextEvent(events))?.connections.map((one) => one.name)).toContain('contract-token');
      stop.abort();
      expect(await connection('contract-token')).toMatchObject({ namespace: 'team', namespaceFrom: 'context', signIn: { method: 'token' } });
      await expect(first.connections.addFile({ path: join(home, 'none') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('keep what was chosen for them', async () => {
      const { first } = fixture();
      const { id } = await connection('contract-token');
      expect(await first.connections.update({ id, production: true, namespace: 'other', maxRuns: 2 })).toMatchObject({ production: true, namespace: 'other', namespaceFrom: 'chosen', maxRuns: 2 });
      expect(await first.connections.update({ id, production: false, namespace: null })).toMatchObject({ production: false, namespace: 'team' });
      await expect(first.connections.update({ id, namespace: 'Not A Name' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('say when a cluster does not answer, and run no program that was not approved', async () => {
      const { first } = fixture();
      const { id } = await connection('contract-token');
      expect(await first.connections.check({ id })).toMatchObject({ health: { state: 'unreachable' } });
      await expect(first.connections.namespaces({ id })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      const program = await connection('contract-program');
      expect(program.signIn).toMatchObject({ method: 'command', command: { command: 'pyexekube-no-such-program', args: ['token'], approved: false } });
      expect(await first.connections.check({ id: program.id })).toMatchObject({ health: { state: 'needsApproval' } });
      await expect(first.connections.approveCommand({ id: program.id, digest: 'another' })).rejects.toMatchObject({ code: 'CONFLICT' });
      if (program.signIn.method !== 'command') throw new Error('no command');
      const { digest } = program.signIn.command;
      expect(await first.connections.approveCommand({ id: program.id, digest })).toMatchObject({ signIn: { command: { approved: true } } });
      expect(await first.connections.revokeCommand({ id: program.id })).toMatchObject({ signIn: { command: { approved: false } } });
    });
  });

  describe('profiles', () => {
    it('are saved, told as YAML, read from YAML, and forgotten', async () => {
      const { first } = fixture();
      const id = ProfileId.parse(newId());
      const settings = ProfileSettings.parse({});
      expect(await first.profiles.save({ id, name: 'mine', settings })).toMatchObject({ id, name: 'mine', settings });
      const { yaml } = await first.profiles.exportYaml({ id });
      expect(yaml).toContain('mine');
      await expect(first.profiles.importYaml({ yaml })).rejects.toMatchObject({ code: 'CONFLICT' });
      expect((await first.profiles.importYaml({ yaml, replace: true })).profiles).toMatchObject([{ name: 'mine' }]);
      await expect(first.profiles.importYaml({ yaml: 'name: [' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      const { profiles } = await first.profiles.list();
      expect(profiles.map((one) => one.name)).toContain('mine');
      for (const one of profiles) if (one.name === 'mine') await first.profiles.delete({ id: one.id });
      await expect(first.profiles.exportYaml({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await first.profiles.imagePython({ image: 'docker.io/library/python:3.12-slim' })).toMatchObject({ python: { from: 'tag' } });
    });
  });

  describe('jobs', () => {
    it('are shown whole before anything is sent, and checked', async () => {
      const { first } = fixture();
      const asked = await request();
      const preview = await first.jobs.preview(asked);
      expect(preview).toMatchObject({ connectionName: 'contract-token', namespace: 'team', production: false });
      expect(preview.yaml).toContain('kind: Job');
      const checks = new Map<string, string>();
      for await (const check of await first.jobs.preflight(asked)) checks.set(check.id, check.state);
      expect([...checks.values()]).toContain('failed');
      await expect(first.jobs.preview({ ...asked, source: 'x', profile: { ...asked.profile, image: 'not an image' } })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('wait while the cluster is away, keep what was asked, and end when they are cancelled', async () => {
      const { first, second } = fixture();
      const asked = await request();
      const runId = newRunId();
      const stop = new AbortController();
      const events = await second.jobs.watch(undefined, { signal: stop.signal });
      expect(await first.jobs.submit({ ...asked, runId })).toMatchObject({ runId, namespace: 'team' });
      expect(await first.jobs.submit({ ...asked, runId })).toMatchObject({ runId });
      expect(await nextEvent(events)).toMatchObject({ type: 'changed', job: { runId } });
      stop.abort();
      expect((await first.jobs.live({})).jobs.map((job) => job.runId)).toContain(runId);
      expect(await first.jobs.get({ runId })).toMatchObject({ title: 'contract' });
      expect(await first.jobs.request({ runId })).toMatchObject({ source: asked.source, title: asked.title });
      expect((await first.jobs.manifest({ runId })).yaml).toContain('kind: Job');
      expect(await first.jobs.artifacts({ runId })).toMatchObject({ artifacts: [] });
      await expect(first.jobs.artifactPicture({ runId, path: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.jobs.saveArtifacts({ runId, to: home, paths: ['none'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.jobs.fetchArtifacts({ runId })).rejects.toMatchObject({ code: 'CONFLICT' });
      await first.jobs.cancel({ runId, graceSeconds: 0 });
      await expect.poll(async () => (await first.runs.get({ id: runId })).status, { timeout: 15_000 }).toBe('stopped');
      await expect(first.jobs.get({ runId: newRunId() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('have a queue, and a namespace its leftovers', async () => {
      const { first } = fixture();
      const { id: connectionId } = await connection('contract-token');
      expect(await first.jobs.queue({ connectionId })).toEqual({ jobs: [] });
      await expect(first.jobs.reorder({ runId: newRunId(), before: null })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.jobs.leftovers({ connectionId })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      const cleaned = await first.jobs.cleanUp({ connectionId, items: [{ kind: 'Job', name: 'x', uid: 'y' }] });
      expect(cleaned).toMatchObject({ deleted: 0, failed: [{ name: 'x', message: expect.stringContaining('cannot be reached') }] });
      expect((await first.jobs.setup({ connectionId, apply: false })).yaml).toContain('kind: Role');
      expect((await first.connections.removeFile({ path: file })).files.map((one) => one.path)).not.toContain(file);
    });
  });
}
