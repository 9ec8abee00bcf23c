import { createRouterClient } from '@orpc/server';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionId } from '../../contract/connections.ts';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import type { Job, JobPhase } from '../../contract/jobs.ts';
import type { OutputBody } from '../../contract/output.ts';
import { ProfileSettings, type ProfileSettingsInput } from '../../contract/profiles.ts';
import { createCore, type Core } from '../../main/core/core.ts';

/** The cluster that the tests may use; undefined where there is none. */
export const testKubeconfig = process.env['PYEXEKUBE_TEST_KUBECONFIG'] ?? '';

/** An image with Python that the cluster has. */
export const testImage = process.env['PYEXEKUBE_TEST_IMAGE'] ?? 'localhost/python:3.11';

export function kubectl(...args: string[]): string {
  return execFileSync('kubectl', ['--kubeconfig', testKubeconfig, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A script that begins so goes on past `wait("go")` when the test says so (`Application.letGo`), and not before. */
export const waiting = `
import os, time
def wait(name):
    while not os.path.exists("/tmp/" + name): time.sleep(0.02)
`;

/** A namespace of its own, in which pods can be made; deleted without waiting. */
export function makeNamespace(labels: Record<string, string> = {}): string {
  const name = `test-${newRunId().slice(-10)}`;
  kubectl('create', 'namespace', name);
  // The cluster makes it a moment later; until then it refuses every pod.
  kubectl('wait', '--for=create', 'serviceaccount/default', '-n', name, '--timeout=60s');
  for (const [key, value] of Object.entries(labels)) kubectl('label', 'namespace', name, `${key}=${value}`);
  return name;
}

export function dropNamespace(name: string): void {
  kubectl('delete', 'namespace', name, '--wait=false');
}

export const testProfile = (settings: ProfileSettingsInput = {}): ProfileSettings =>
  ProfileSettings.parse({ image: testImage, cpu: '500m', memory: '128Mi', cpuRequest: '10m', memoryRequest: '32Mi', startTimeoutSeconds: 60, ...settings });

type RouterClient = ReturnType<typeof clientOf>;
function clientOf(core: Core) {
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}

export interface Application {
  readonly home: string;
  readonly core: Core;
  readonly api: RouterClient;
  readonly connectionId: ConnectionId;
  submit(source: string, options?: Partial<Parameters<RouterClient['jobs']['submit']>[0]> & { settings?: ProfileSettingsInput }): Promise<RunId>;
  /** The first state of the job that satisfies `test`. */
  until(runId: RunId, test: (job: Job) => boolean, what: string, timeoutMs?: number): Promise<Job>;
  reach(runId: RunId, phase: JobPhase, timeoutMs?: number): Promise<Job>;
  /** All output once the run has ended. */
  output(runId: RunId): Promise<OutputBody[]>;
  /** Runs a command in the pod of a run of its namespace, past the application: also while that cannot reach the cluster, or is closed. */
  inPod(runId: RunId, ...command: string[]): string;
  /** Ends the script's `wait("go")`, in the same way. */
  letGo(runId: RunId): void;
  /** Waits until the output has this text. */
  says(runId: RunId, text: string, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** The application over a database in a temporary folder, connected to the test cluster. */
export async function startApplication(namespace: string, { home = mkdtempSync(join(tmpdir(), 'pyexekube-cluster-')), kubeconfig = testKubeconfig, log = [] as string[] } = {}): Promise<Application> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0', kubeconfigs: { environment: kubeconfig, home }, log: (line) => {
    log.push(line);
    if (process.env['PYEXEKUBE_TEST_LOG'] !== undefined) console.error(line);
  } });
  const api = clientOf(core);
  const { connections } = await api.connections.list();
  const connection = connections.find(({ current }) => current);
  if (connection === undefined) throw new Error(`no current context in ${kubeconfig}`);
  const connectionId = connection.id;

  async function until(runId: RunId, test: (job: Job) => boolean, what: string, timeoutMs = 30_000): Promise<Job> {
    const ending = AbortSignal.timeout(timeoutMs);
    const events = await api.jobs.watch(undefined, { signal: ending });
    let job = await api.jobs.get({ runId });
    if (test(job)) return job;
    for await (const event of events) {
      job = await api.jobs.get({ runId });
      if (test(job)) return job;
      void event;
    }
    throw new Error(`the job did not come to "${what}" within ${timeoutMs} ms; it is ${JSON.stringify(job, null, 1)}\n${log.slice(-20).join('\n')}`);
  }

  async function* records(runId: RunId, timeoutMs: number): AsyncGenerator<OutputBody> {
    const deadline = performance.now() + timeoutMs;
    for (let after = 0; ; ) {
      const page = await api.output.read({ runId, after, waitMs: Math.max(0, Math.min(10_000, Math.round(deadline - performance.now()))) });
      for (const record of page.records) {
        after = record.seq;
        yield record.body;
      }
      if (page.finished) return;
      if (performance.now() > deadline) throw new Error(`the output was not whole within ${timeoutMs} ms; ${JSON.stringify(await api.jobs.get({ runId }))}\n${log.slice(-20).join('\n')}`);
    }
  }

  function inPod(runId: RunId, ...command: string[]): string {
    // Its node may not have told yet that it runs, and one of an earlier attempt has ended.
    const pods = ['-n', namespace, '-l', `pyexekube.dev/run-id=${runId}`, '--field-selector=status.phase!=Failed,status.phase!=Succeeded'];
    const pod = kubectl('get', 'pods', ...pods, '-o', 'jsonpath={.items[*].metadata.name}');
    return kubectl('exec', '-n', namespace, '-c', 'main', pod, '--', ...command);
  }

  return {
    home,
    core,
    api,
    connectionId,
    async submit(source, { settings = {}, ...options } = {}) {
      const runId = newRunId();
      await api.jobs.submit({ runId, connectionId, namespace, profile: testProfile(settings), mode: 'file', title: 'test', source, ...options });
      return runId;
    },
    until,
    reach: (runId, phase, timeoutMs) => until(runId, (job) => job.phase === phase, phase, timeoutMs),
    async output(runId) {
      const bodies: OutputBody[] = [];
      for await (const body of records(runId, 60_000)) bodies.push(body);
      return bodies;
    },
    async says(runId, text, timeoutMs = 30_000) {
      let seen = '';
      for await (const body of records(runId, timeoutMs)) {
        seen += textOf([body]);
        if (seen.includes(text)) return;
      }
      throw new Error(`"${text}" is not in the output:\n${seen}`);
    },
    inPod,
    letGo: (runId) => void inPod(runId, 'touch', '/tmp/go'),
    async close() {
      await core.dispose();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What was printed, of one stream or of both. */
export function textOf(bodies: readonly OutputBody[], stream?: 'stdout' | 'stderr'): string {
  return bodies.map((body) => (body.kind === 'text' && (stream === undefined || body.stream === stream) ? body.text : '')).join('');
}
