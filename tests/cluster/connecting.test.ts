import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import { kubectl, startApplication, textOf, type Application } from './harness.ts';
import { onCluster } from './onCluster.ts';

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
}

/** The test cluster's kubeconfig, changed. */
function kubeconfigWith(folder: string, change: (cluster: Record<string, unknown>, user: { user: Record<string, unknown> }) => void): string {
  const config: Kubeconfig = JSON.parse(kubectl('config', 'view', '--raw', '--flatten', '--minify', '-o', 'json'));
  const [cluster] = config.clusters;
  const [user] = config.users;
  if (cluster === undefined || user === undefined) throw new Error('The kubeconfig of the tests has no current context.');
  change(cluster.cluster, user);
  const path = join(folder, 'changed.kubeconfig');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const writing = 'import os\nopen(os.environ["PYEXEKUBE_OUTPUT"] + "/a.txt", "w").write("a")\nprint("there")';

onCluster('a cluster', { application: 'none' }, (cluster) => {
  let home: string;
  let application: Application | undefined;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'pyexekube-connecting-'));
  });
  afterEach(async () => {
    await application?.close();
    application = undefined;
    rmSync(home, { recursive: true, force: true });
  });

  async function runs(): Promise<void> {
    if (application === undefined) throw new Error('nothing was started');
    const runId = await application.submit(writing);
    expect(textOf(await application.output(runId))).toBe('there\n');
    expect((await application.reach(runId, 'done')).artifacts).toMatchObject({ state: 'fetched', files: 1 });
  }

  it('is reached over TLS with a client certificate, or whatever its kubeconfig has', async () => {
    application = await startApplication(cluster.namespace, { home });
    await runs();
    await expect(application.api.connections.list()).resolves.toMatchObject({ connections: [{ health: { state: 'ok' } }] });
  });

  describe('behind a proxy', () => {
    let proxy: Server;
    let tunnels: string[];
    const open = new Set<Socket>();

    beforeEach(async () => {
      tunnels = [];
      proxy = createServer((_request, response) => response.writeHead(405).end());
      proxy.on('connect', (request, socket: Socket) => {
        tunnels.push(request.url ?? '');
        const { hostname, port } = new URL(`http://${request.url ?? ''}`);
        const upstream = connect(Number(port), hostname, () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(socket).pipe(upstream);
        });
        for (const [one, other] of [[upstream, socket], [socket, upstream]] as const) {
          open.add(one);
          one.on('error', () => other.destroy());
          one.on('close', () => other.destroy());
        }
      });
      await new Promise<void>((resolve) => {
        proxy.listen(0, '127.0.0.1', resolve);
      });
    });
    afterEach(() => {
      for (const socket of open) socket.destroy();
      proxy.close();
    });

    it('that the kubeconfig names is reached through it: requests, logs and commands', async () => {
      const { port } = proxy.address() as AddressInfo;
      const kubeconfig = kubeconfigWith(home, (entry) => {
        entry['proxy-url'] = `http://127.0.0.1:${port}`;
      });
      application = await startApplication(cluster.namespace, { home, kubeconfig });
      await runs();
      expect(new Set(tunnels).size).toBe(1);
    });
  });

  it('whose kubeconfig names no authority is believed where this computer trusts its authority, as with kubectl', async () => {
    let authority = '';
    const kubeconfig = kubeconfigWith(home, (entry) => {
      const { 'certificate-authority-data': data } = entry;
      if (typeof data === 'string') authority = data;
      delete entry['certificate-authority-data'];
    });
    const file = join(home, 'authority.pem');
    writeFileSync(file, Buffer.from(authority, 'base64'));
    const run = JSON.stringify({ runId: newRunId(), source: 'print("there")' });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'applicationChild.ts'), home, kubeconfig, cluster.namespace, run], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SSL_CERT_FILE: file } });
    const ended = new Promise<string>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('ended ')) resolve(line);
      });
    });
    expect(await ended).toBe('ended succeeded');
    child.kill('SIGKILL');
  });

  it('is signed in to with an OpenID Connect token for as long as it lasts', async () => {
    kubectl('create', 'serviceaccount', 'oidc', '-n', cluster.namespace);
    kubectl('create', 'rolebinding', 'oidc', '--clusterrole=edit', `--serviceaccount=${cluster.namespace}:oidc`, '-n', cluster.namespace);
    // The cluster's own tokens are as good as an identity provider's: what is tried is how the kubeconfig carries one.
    const token = kubectl('create', 'token', 'oidc', '-n', cluster.namespace).trim();
    const kubeconfig = kubeconfigWith(home, (_cluster, user) => {
      user.user = { 'auth-provider': { name: 'oidc', config: { 'id-token': token, 'client-id': 'test', 'idp-issuer-url': 'https://127.0.0.1:1' } } };
    });
    application = await startApplication(cluster.namespace, { home, kubeconfig });
    expect((await application.api.connections.list()).connections).toMatchObject([{ signIn: { method: 'oidc' } }]);
    await runs();
  });

  it('that is signed in to with an OpenID Connect token says so when this has ended', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const ended = `${part({ alg: 'none' })}.${part({ exp: 1_000_000 })}.x`;
    const kubeconfig = kubeconfigWith(home, (_cluster, user) => {
      user.user = { 'auth-provider': { name: 'oidc', config: { 'id-token': ended, 'refresh-token': 'x', 'client-id': 'test', 'client-secret': 'x', 'idp-issuer-url': 'https://127.0.0.1:1' } } };
    });
    application = await startApplication(cluster.namespace, { home, kubeconfig });
    const { health } = await application.api.connections.check({ id: application.connectionId });
    expect(health).toMatchObject({ state: 'signedOut' });
  });

  it('runs nothing through a sign-in program before it is allowed, and all after', async () => {
    kubectl('create', 'serviceaccount', 'signs-in', '-n', cluster.namespace);
    kubectl('create', 'rolebinding', 'signs-in', '--clusterrole=edit', `--serviceaccount=${cluster.namespace}:signs-in`, '-n', cluster.namespace);
    const token = kubectl('create', 'token', 'signs-in', '-n', cluster.namespace).trim();
    const answer = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } });
    const kubeconfig = kubeconfigWith(home, (_cluster, user) => {
      user.user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', `console.log(${JSON.stringify(answer)})`], interactiveMode: 'Never' } };
    });
    application = await startApplication(cluster.namespace, { home, kubeconfig });
    const { api, connectionId } = application;
    const runId = await application.submit(writing);
    const waiting = await application.until(runId, ({ contact }) => contact.state === 'lost', 'lost');
    expect(waiting).toMatchObject({ contact: { failure: { action: { kind: 'openConnection' } } } });
    const [connection] = (await api.connections.list()).connections;
    if (connection?.signIn.method !== 'command') throw new Error('no command');
    expect(connection.health).toEqual({ state: 'needsApproval' });
    await api.connections.approveCommand({ id: connectionId, digest: connection.signIn.command.digest });
    expect(textOf(await application.output(runId)), 'the run that waited for it goes on').toBe('there\n');
    await runs();
  });
});
