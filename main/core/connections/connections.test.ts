import { mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChanges, openStorage, type Storage } from '../database/index.ts';
import { createConnections, type Connections } from './connections.ts';

const cluster = (name: string, more: object = {}): object => ({ name, cluster: { server: `https://${name}.example:6443`, ...more } });
const context = (name: string, of = name, user = 'me', namespace?: string): object => ({ name, context: { cluster: of, user, ...(namespace === undefined ? {} : { namespace }) } });
const me = { name: 'me', user: { token: 'secret-token' } };

describe('connections', () => {
  let home: string;
  let storage: Storage;
  let connections: Connections;
  let servers: Server[];

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'pyexekube-connections-'));
    storage = await openStorage({ path: join(home, 'db.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
    servers = [];
  });
  afterEach(async () => {
    connections.dispose();
    for (const server of servers) server.close();
    await storage.close();
    rmSync(home, { recursive: true });
  });

  function write(name: string, content: object | string): string {
    const path = join(home, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }
  function open(...files: string[]): void {
    connections = createConnections({ storage, changes: createChanges(storage), places: { environment: files.join(delimiter), home } });
  }
  const named = (name: string) => {
    const found = connections.snapshot().connections.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };

  it('merges the files of $KUBECONFIG as kubectl does: the first definition of a name counts', () => {
    // One that is named twice, or not at all, is none more.
    open(
      '',
      join(home, 'one'),
      write('one', { clusters: [cluster('a')], contexts: [context('a', 'a', 'me', 'team')], 'current-context': 'b' }),
      write('two', { clusters: [{ name: 'a', cluster: { server: 'https://other.example' } }, cluster('b')], users: [me], contexts: [context('b')], 'current-context': 'a' }),
    );
    expect(connections.snapshot().connections).toMatchObject([
      { name: 'a', server: 'https://a.example:6443', namespace: 'team', namespaceFrom: 'context', current: false, problem: null, signIn: { method: 'token' } },
      { name: 'b', namespace: 'default', namespaceFrom: 'default', current: true, file: join(home, 'two') },
    ]);
    expect(connections.snapshot().files.map(({ path }) => path)).toEqual([join(home, 'one'), join(home, 'two')]);
    expect(JSON.stringify(connections.snapshot())).not.toContain('secret-token');
  });

  it('takes ~/.kube/config where nothing is named', () => {
    mkdirSync(join(home, '.kube'));
    write('.kube/config', { clusters: [cluster('a')], users: [me], contexts: [context('a')] });
    open();
    expect(connections.snapshot().files).toMatchObject([{ origin: 'home', state: { state: 'ok', contexts: 1 } }]);
  });

  it('names the line of a broken file, which spoils only its own entries', () => {
    const good = write('good', { clusters: [cluster('a')], users: [me], contexts: [context('a')] });
    open(good, write('bad', 'apiVersion: v1\nclusters:\n  - name: x\n   cluster: {\n'), write('list', 'clusters: 7\n'), join(home, 'missing'));
    const { connections: found, files } = connections.snapshot();
    expect(found.map(({ name }) => name)).toEqual(['a']);
    expect(files.map(({ state }) => state)).toMatchObject([{ state: 'ok' }, { state: 'broken', line: 4 }, { state: 'broken', line: 1 }, { state: 'missing' }]);
  });

  it('refuses an alias bomb without unfolding it', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 8 }, (_, i) => `${'bcdefghi'[i]}: &${'bcdefghi'[i]} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)].join('\n');
    open(write('bomb', bomb));
    expect(connections.snapshot().files).toMatchObject([{ state: { state: 'broken', line: 2, message: expect.stringContaining('aliases') } }]);
  });

  it('follows merge keys as kubectl does, and warns of what they bring', () => {
    open(
      write(
        'config',
        'x: &base { insecure-skip-tls-verify: true, server: "https://base" }\n' +
          'clusters:\n- { name: a, cluster: { <<: *base, server: "https://a" } }\n- { name: b, cluster: { <<: *base } }\n' +
          'users: [{ name: me, user: { token: t } }]\ncontexts: [{ name: a, context: { cluster: a, user: me } }, { name: b, context: { cluster: b, user: me } }]\n',
      ),
    );
    expect(connections.snapshot().connections).toMatchObject([
      { name: 'a', server: 'https://a', warnings: [{ code: 'insecureTls' }], problem: null },
      { name: 'b', server: 'https://base', warnings: [{ code: 'insecureTls' }] },
    ]);
  });

  it.each([
    ['an alias of nothing', 'apiVersion: v1\nclusters: *nope\n', 2, 'Nothing is called "nope"'],
    ['a merge of no fields', 'apiVersion: v1\nx: &a 5\nclusters: [{ name: a, cluster: { <<: *a } }]\n', 3, 'Merge'],
  ])('names the line of %s', (_, text, line, message) => {
    open(write('config', text));
    expect(connections.snapshot().files).toMatchObject([{ state: { state: 'broken', line, message: expect.stringContaining(message) as string } }]);
  });

  it('says what is wrong with an entry, and warns of what is unsafe', () => {
    open(
      write('config', {
        clusters: [cluster('a', { 'insecure-skip-tls-verify': true }), { name: 'plain', cluster: { server: 'http://h:1' } }, { name: 'empty', cluster: {} }, { name: 'bare', cluster: { server: '10.0.0.1:6443' } }],
        users: [me, { name: 'gcp', user: { 'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/touch' } } } }],
        contexts: [context('a'), context('plain'), context('empty'), context('bare'), context('nowhere'), context('nobody', 'a', 'gone'), context('old', 'a', 'gcp')],
      }),
    );
    expect(named('a').warnings).toMatchObject([{ code: 'insecureTls' }]);
    expect(named('plain').warnings).toMatchObject([{ code: 'plainHttp' }]);
    for (const [name, problem] of [['empty', 'no address'], ['bare', 'must begin with https://'], ['nowhere', 'no kubeconfig defines'], ['nobody', 'no kubeconfig defines'], ['old', 'removed from Kubernetes']] as const) {
      expect(named(name).problem).toContain(problem);
      expect(() => connections.client(named(name).id)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    }
  });

  it('notices a file that changes, comes or goes', async () => {
    const path = join(home, 'config');
    open(path);
    const abort = new AbortController();
    const seen: number[] = [];
    for await (const { connections: found } of connections.watch(abort.signal)) {
      seen.push(found.length);
      if (found.length === 0) write('config', { clusters: [cluster('a')], users: [me], contexts: [context('a')] });
      else abort.abort();
    }
    expect(seen).toEqual([0, 1]);
  });

  it('keeps what the person says about a connection, and added files', () => {
    const added = write('added', { clusters: [cluster('a')], users: [me], contexts: [context('a')] });
    open(join(home, 'none'));
    connections.addFile(added);
    const { id } = named('a');
    connections.update(id, { production: true, namespace: 'mine', maxRuns: 3 });
    connections.dispose();
    open(join(home, 'none'));
    expect(named('a')).toMatchObject({ id, production: true, namespace: 'mine', namespaceFrom: 'chosen', maxRuns: 3 });
    expect(connections.update(id, { namespace: null })).toMatchObject({ namespace: 'default', production: true });
    expect(connections.removeFile(added).connections).toEqual([]);
    expect(() => connections.removeFile(added)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => connections.addFile(home)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  describe('with a sign-in program', () => {
    let marker: string;

    async function serve(): Promise<string> {
      const server = createServer((request, response) => {
        const isGood = request.headers.authorization === 'Bearer from-program';
        response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' });
        response.end(JSON.stringify(isGood ? { gitVersion: 'v1.34.1' } : { kind: 'Status', code: 401, message: 'Unauthorized' }));
      });
      servers.push(server);
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
    function config(server: string, extra: string): object {
      const program = `require('fs').writeFileSync(${JSON.stringify(marker)}, process.env.KUBERNETES_EXEC_INFO ?? ''); ${extra}`;
      const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', program], env: [{ name: 'A', value: '1' }], installHint: 'get it' };
      return { clusters: [{ name: 'a', cluster: { server } }], users: [{ name: 'me', user: { exec } }], contexts: [context('a')] };
    }
    const answering = `console.log(JSON.stringify({kind: 'ExecCredential', status: {token: 'from-program'}}))`;
    beforeEach(() => {
      marker = join(home, 'it-ran');
    });

    it('runs nothing before exactly that command is approved', async () => {
      open(write('config', config(await serve(), answering)));
      const { id, signIn } = named('a');
      if (signIn.method !== 'command') throw new Error(signIn.method);
      expect(signIn.command).toMatchObject({ approved: false, env: [{ name: 'A', value: '1' }], installHint: 'get it' });
      expect((await connections.check(id)).health).toEqual({ state: 'needsApproval' });
      await expect(connections.namespaces(id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(() => connections.approveCommand(id, 'another')).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
      expect(existsSync(marker)).toBe(false);
      connections.approveCommand(id, signIn.command.digest);
      expect((await connections.check(id)).health).toMatchObject({ state: 'ok', version: 'v1.34.1' });
      expect(existsSync(marker)).toBe(true);
    });

    it('asks again when the command has changed, and after the approval was taken back', async () => {
      const server = await serve();
      open(write('config', config(server, answering)));
      const { id, signIn } = named('a');
      if (signIn.method !== 'command') throw new Error(signIn.method);
      connections.approveCommand(id, signIn.command.digest);
      expect((await connections.check(id)).health.state).toBe('ok');
      connections.revokeCommand(id);
      expect((await connections.check(id)).health).toEqual({ state: 'needsApproval' });
      connections.approveCommand(id, signIn.command.digest);
      connections.dispose();
      open(write('config', config(server, `${answering}; 1`)));
      expect(named('a').health).toEqual({ state: 'needsApproval' });
    });

    it.each([
      ['ends with an error', `console.error('who are you'); process.exit(3)`, 'who are you'],
      ['answers nonsense', `console.log('hello')`, 'ExecCredential'],
      ['gives nothing', `console.log(JSON.stringify({status: {}}))`, 'neither a token'],
      ['gives a token that is refused', `console.log(JSON.stringify({status: {token: 'wrong'}}))`, 'does not accept'],
    ])('tells why when it %s', async (_, program, message) => {
      open(write('config', config(await serve(), program)));
      const { id, signIn } = named('a');
      if (signIn.method !== 'command') throw new Error(signIn.method);
      connections.approveCommand(id, signIn.command.digest);
      expect((await connections.check(id)).health).toMatchObject({ state: 'signedOut', message: expect.stringContaining(message) });
    });
  });

  describe('when it is used', () => {
    let answer: { status: number; body: object };
    async function openOne(prefix = ''): Promise<ReturnType<typeof named>> {
      const server = createServer((request, response) => {
        const { status, body } = request.url === '/version' && answer.status === 200 ? { status: 200, body: { gitVersion: 'v1.34.1' } } : answer;
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
      servers.push(server);
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      const { port } = server.address() as AddressInfo;
      open(write('config', { clusters: [{ name: 'a', cluster: { server: `http://127.0.0.1:${port}${prefix}` } }], users: [me], contexts: [context('a')] }));
      return named('a');
    }
    async function becomes(state: string): Promise<void> {
      const enough = new AbortController();
      for await (const { connections: found } of connections.watch(enough.signal)) if (found.find(({ name }) => name === 'a')?.health.state === state) enough.abort();
      expect(named('a').health).toMatchObject({ state });
    }
    const refusal = (code: number): typeof answer => ({ status: code, body: { kind: 'Status', code, message: 'no' } });

    it('is known to be there, with its version, without a check', async () => {
      answer = { status: 200, body: {} };
      const { id } = await openOne();
      await connections.client(id).request('GET', '/api/v1/pods');
      await becomes('ok');
      expect(named('a').health).toMatchObject({ version: 'v1.34.1' });
    });

    it('is there though it refuses, and keeps its version to itself', async () => {
      answer = refusal(403);
      const { id } = await openOne();
      await expect(connections.client(id).request('GET', '/api/v1/pods')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await becomes('ok');
      expect(named('a').health).toMatchObject({ version: '' });
    });

    it('is not there when something else answers at its address', async () => {
      const { id } = await openOne('/elsewhere');
      for (const status of [404, 400]) {
        answer = { status, body: {} };
        expect((await connections.check(id)).health).toMatchObject({ state: 'unreachable', message: expect.stringContaining('not as a Kubernetes API server') });
      }
    });

    it('is marked when it is not reached or refuses the sign-in, and when it is back', async () => {
      answer = refusal(503);
      const { id } = await openOne();
      await expect(connections.client(id).stream('/api/v1/pods')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await becomes('unreachable');
      answer = refusal(401);
      await expect(connections.client(id).request('GET', '/api/v1/pods')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await becomes('signedOut');
      answer = { status: 200, body: {} };
      await connections.client(id).request('GET', '/api/v1/pods');
      await becomes('ok');
    });

    it('stays as it was known when a check is cancelled', async () => {
      answer = { status: 200, body: {} };
      const { id } = await openOne();
      expect((await connections.check(id, AbortSignal.abort())).health).toEqual({ state: 'unknown' });
    });
  });

  it('says that nothing listens', async () => {
    open(write('config', { clusters: [{ name: 'a', cluster: { server: 'http://127.0.0.1:1' } }], users: [me], contexts: [context('a')] }));
    expect((await connections.check(named('a').id)).health).toMatchObject({ state: 'unreachable', message: expect.stringContaining('nothing listens there') });
  });
});
