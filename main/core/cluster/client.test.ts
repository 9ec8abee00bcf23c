import { createServer as createTcpServer } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../contract/errors.ts';
import { sendJson, startApiServer, type ApiServer } from '../../../tests/support/apiServer.ts';
import type { Credentials, PlainKubeconfig } from './access.ts';
import { createClusterClient, type ClusterClient } from './client.ts';
import { errorOfConnection, kubeStatusOf } from './errors.ts';

describe('requests to an API server', () => {
  let api: ApiServer;
  let client: ClusterClient;
  let refusals: boolean[];
  let answer: (request: IncomingMessage, response: ServerResponse, count: number) => void;

  function connect(server: string): ClusterClient {
    return createClusterClient({
      server,
      kubeconfig: () => ({ cluster: {}, user: {} }),
      credentials: async (refused) => {
        refusals.push(refused);
        return { token: refused ? 'new' : 'old' };
      },
    });
  }
  beforeEach(async () => {
    refusals = [];
    answer = (_request, response) => sendJson(response, 200, { fine: true });
    api = await startApiServer((request, response, count) => answer(request, response, count));
    client = connect(`${api.url}/`);
  });
  afterEach(async () => {
    client.close();
    await api.close();
  });

  it('send their query and body', async () => {
    const got = new Promise<string>((resolve) => {
      answer = (request, response) => {
        const parts: string[] = [];
        request.setEncoding('utf8').on('data', (part: string) => parts.push(part));
        request.on('end', () => {
          resolve(`${request.headers['content-type']} ${request.headers.authorization} ${parts.join('')}`);
          response.end();
        });
      };
    });
    const sent = client.request('PATCH', '/x', { query: { a: ['1', '2'], b: undefined, c: true }, body: { é: 1 }, contentType: 'application/merge-patch+json' });
    expect(await got).toBe('application/merge-patch+json Bearer old {"é":1}');
    expect(await sent).toBeNull();
    expect(api.asked).toEqual(['PATCH /x?a=1&a=2&c=true']);
  });

  it.each([
    [400, 'INVALID_INPUT'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [405, 'UNSUPPORTED'],
    [409, 'CONFLICT'],
    [410, 'CONFLICT'],
    [418, 'INVALID_INPUT'],
    [422, 'INVALID_INPUT'],
    [429, 'RATE_LIMITED'],
    [500, 'UNAVAILABLE'],
    [504, 'TIMEOUT'],
  ])('become an error by their status: %i is %s', async (status, code) => {
    answer = (_request, response) => sendJson(response, status, { message: 'because', reason: 'Some', details: { retryAfterSeconds: 3, causes: 'none' } });
    const error: unknown = await client.request('GET', '/x').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: 'The cluster refused: because' });
    expect(kubeStatusOf(error)).toMatchObject({ code: status, reason: 'Some', details: { causes: [] } });
    await expect(client.stream('/x')).rejects.toMatchObject({ code });
    expect(api.asked).toHaveLength(2);
  });

  it.each([
    ['<html>\nproxy', '<html>'],
    ['', 'HTTP 502'],
    ['{"kind":"Status"}', '{"kind":"Status"}'],
  ])('say what they can of an error that is none of Kubernetes: %j', async (body, said) => {
    answer = (_request, response) => response.writeHead(502).end(body);
    await expect(client.request('GET', '/x')).rejects.toMatchObject({ code: 'UNAVAILABLE', message: `The cluster refused: ${said}` });
  });

  it('say that an answer is no JSON', async () => {
    answer = (_request, response) => response.end('{"fine":');
    await expect(client.request('GET', '/x')).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('no JSON') });
  });

  it('sign in anew once when the sign-in was refused, whatever they do', async () => {
    answer = (request, response) => sendJson(response, request.headers.authorization === 'Bearer new' ? 200 : 401, { message: 'Unauthorized' });
    await client.request('POST', '/x', { body: {} });
    expect(refusals).toEqual([false, true]);
    answer = (_request, response) => sendJson(response, 401, { message: 'Unauthorized' });
    await expect(client.request('GET', '/x')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', action: expect.stringContaining('Sign in again') });
    expect(api.asked).toHaveLength(4);
  });

  it('are sent again after a broken connection only if nothing can happen twice', async () => {
    answer = (request, response, count) => (count === 1 ? request.socket.resetAndDestroy() : sendJson(response, 200, { count }));
    expect(await client.request('GET', '/x')).toEqual({ count: 2 });
    answer = (request) => request.socket.resetAndDestroy();
    await expect(client.request('POST', '/x')).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('broke off') });
    expect(api.asked).toHaveLength(3);
  });

  it('fail when the answer is cut off', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{', () => response.destroy());
    };
    await expect(client.request('DELETE', '/x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('fail when no answer comes, or its end does not', async () => {
    answer = () => undefined;
    await expect(client.request('GET', '/x', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(client.stream('/x', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    answer = (_request, response) => response.write('{');
    await expect(client.request('GET', '/x', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('end when they are cancelled, and are not sent afterwards', async () => {
    const abort = new AbortController();
    answer = () => abort.abort();
    await expect(client.request('GET', '/x', { signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(client.request('GET', '/x', { signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(api.asked).toHaveLength(1);
  });

  it.each([
    [{ token: 'a\nb' }, 'authorization'],
    [{ 'client-certificate-data': 'eA==', 'client-key-data': 'eA==' }, 'cannot be used'],
  ])('say that sign-in data cannot be used: %j', async (user, message) => {
    const broken = createClusterClient({ server: 'https://127.0.0.1:1', kubeconfig: () => ({ cluster: {}, user }), credentials: () => Promise.resolve({}) });
    await expect(broken.request('GET', '/x')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining(message) });
    broken.close();
  });

  it('say that a server that speaks no TLS does not prove who it is', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const secure = connect(`https://127.0.0.1:${address.port}`);
    await expect(secure.request('GET', '/x')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false, message: expect.stringContaining('does not prove who it is') });
    secure.close();
    server.close();
  });
});

describe('a failure on the way', () => {
  it('keeps what is translated already, and translates the rest', () => {
    const known = new AppError('CONFLICT', 'x');
    expect(errorOfConnection(known, 's')).toBe(known);
    expect(errorOfConnection('text', 's').code).toBe('BUG');
    expect(errorOfConnection(new DOMException('x', 'AbortError'), 's').code).toBe('CANCELLED');
    expect(errorOfConnection(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 's').message).toBe('s cannot be reached (its name is not known).');
    expect(kubeStatusOf(known)).toBeNull();
  });
});

describe('how to connect', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'pyexekube-access-'));
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  async function optionsOf({ cluster = {}, user = {} }: Partial<PlainKubeconfig>, credentials: Credentials = {}) {
    const client = createClusterClient({ server: 'https://s.example', kubeconfig: () => ({ cluster, user }), credentials: async () => credentials });
    const { agent, ...options } = await client.connectOptions();
    client.close();
    return { ...options, hasAgent: agent !== undefined };
  }
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it('takes certificates from files, and what is written out before them', async () => {
    const path = join(home, 'it.pem');
    writeFileSync(path, 'from a file');
    expect(
      await optionsOf({
        cluster: { 'certificate-authority': path, 'tls-server-name': 'other', 'insecure-skip-tls-verify': true },
        user: { 'client-certificate': path, 'client-certificate-data': base64('written'), 'client-key': path },
      }),
    ).toEqual({ ca: Buffer.from('from a file'), cert: Buffer.from('written'), key: Buffer.from('from a file'), servername: 'other', rejectUnauthorized: false, headers: {}, hasAgent: false });
  });

  it('says which file cannot be read', async () => {
    const path = join(home, 'gone');
    await expect(optionsOf({ user: { 'client-key': path } })).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining(path) });
  });

  it('takes a password, and whom to act as', async () => {
    expect(await optionsOf({ user: { username: 'me', as: 'you', 'as-groups': ['a', 'b'], 'as-uid': '7' } })).toMatchObject({
      auth: 'me:',
      headers: { 'Impersonate-User': 'you', 'Impersonate-Group': ['a', 'b'], 'Impersonate-Uid': '7' },
    });
    expect(await optionsOf({ user: { username: 'me', password: 'p' } })).toMatchObject({ auth: 'me:p' });
  });

  it('prefers what a sign-in program gave', async () => {
    expect(await optionsOf({ user: { token: 'written' } }, { token: 'given', certData: 'cert', keyData: 'key' })).toMatchObject({ cert: 'cert', key: 'key', headers: { authorization: 'Bearer given' } });
    expect(await optionsOf({ user: { token: 'written' } })).toMatchObject({ headers: { authorization: 'Bearer written' } });
  });

  it('says that a proxy cannot be used', async () => {
    await expect(optionsOf({ cluster: { server: 'https://s.example', 'proxy-url': 'gopher://p.example' } })).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('gopher://p.example') });
  });

  it('says that an OpenID Connect sign-in cannot be renewed', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const config = { 'id-token': `${part({ alg: 'none' })}.${part({ exp: 1_000_000 })}.x`, 'refresh-token': 'x', 'client-id': 'it', 'client-secret': 'x', 'idp-issuer-url': 'https://127.0.0.1:1' };
    const refused = optionsOf({ cluster: { server: 'https://s.example' }, user: { 'auth-provider': { name: 'oidc', config } } });
    await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('could not be renewed') });
  });

  it('goes through the proxy of the environment, unless it is not for this server', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:3128');
    const cluster = { server: 'https://s.example' };
    expect(await optionsOf({ cluster, user: { token: 'written' } })).toMatchObject({ hasAgent: true, headers: { Authorization: 'Bearer written' } });
    vi.stubEnv('NO_PROXY', 's.example');
    expect(await optionsOf({ cluster })).toMatchObject({ hasAgent: false });
  });

  it.each(['http://user:secret@127.0.0.1:1', 'socks5://127.0.0.1:1'])('says that it is the proxy %s that cannot be reached', async (proxy) => {
    const client = createClusterClient({ server: 'https://s.example', kubeconfig: () => ({ cluster: { server: 'https://s.example', 'proxy-url': proxy }, user: {} }), credentials: async () => ({}) });
    const refused = client.request('GET', '/version').finally(() => client.close());
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/^https:\/\/s\.example cannot be reached through the proxy (http:\/\/127\.0\.0\.1:1|of the kubeconfig) \(/) as string });
  });

  it('goes through a proxy with the same sign-in', async () => {
    const options = await optionsOf({ cluster: { server: 'https://s.example', 'proxy-url': 'http://127.0.0.1:3128' }, user: { 'as-uid': '7' } }, { token: 'given', certData: 'cert', keyData: 'key' });
    expect(options).toMatchObject({ hasAgent: true, headers: { Authorization: 'Bearer given', 'Impersonate-Uid': '7' } });
    expect([options.cert, options.key].map((value) => JSON.parse(JSON.stringify(value)))).toEqual(['cert', 'key'].map((value) => Buffer.from(value).toJSON()));
  });
});
