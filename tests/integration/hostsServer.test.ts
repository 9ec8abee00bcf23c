import { request, type IncomingHttpHeaders } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { newClientId } from '../../contract/ids.ts';
import { createCore, type Core } from '../../main/core/core.ts';
import { createServerHost, type ServerHost } from '../../main/hosts/server/server.ts';

let folder: string;
let core: Core;
let host: ServerHost;
let port: number;
let token: string;
let cookie: string;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface Ask {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One request as it is written, without what fetch would put right. */
function ask({ method = 'GET', path = '/', headers = {}, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const own = () => ({ origin: host.origin });

function openSession(headers: Record<string, string>, body: string): Promise<Answer> {
  return ask({ method: 'POST', path: '/session', headers: { ...own(), ...json, ...headers }, body });
}

function call(headers: Record<string, string>, path = '/api/system/info'): Promise<Answer> {
  return ask({ method: 'POST', path, headers: { ...json, ...headers }, body: '{}' });
}

const allowed = () => ({ ...own(), cookie, 'x-pyexekube-client': newClientId() });

/** What became of an attempt to open a socket. */
function connect(headers: Record<string, string>, path = `/rpc?client=${newClientId()}`): Promise<{ opened: boolean; status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve({ opened: true, status: 101, headers: {} });
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ opened: false, status: response.statusCode ?? 0, headers: response.headers });
    });
    socket.on('error', () => undefined);
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pyexekube-server-'));
  const windowFolder = join(folder, 'window');
  for (const path of ['assets', 'runner', 'python', 'display']) await mkdir(join(windowFolder, path), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(windowFolder, 'index.html'), '<!doctype html><title>window</title>');
  await writeFile(join(windowFolder, 'assets/index-AbCd1234.js'), 'export {};');
  await writeFile(join(windowFolder, 'runner/runner.html'), '<!doctype html>');
  await writeFile(join(windowFolder, 'runner/runner.js'), '0;');
  await writeFile(join(windowFolder, 'python/snapshot.bin'), 'bytes');
  core = await createCore({ home: join(folder, 'home'), host: 'server', appVersion: '0.0.0' });
  host = await createServerHost({ core, port: 0, windowFolder });
  port = Number(new URL(host.url).port);
  token = new URLSearchParams(new URL(host.url).hash.slice(1)).get('token') ?? '';
  cookie = (await openSession({}, JSON.stringify({ token }))).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
});

afterAll(async () => {
  await host.close();
  await core.dispose();
  await rm(folder, { recursive: true });
});

describe('the session', () => {
  it('has a token of 256 bits, in the fragment alone', () => {
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(host.url).toBe(`http://127.0.0.1:${port}/#token=${token}`);
  });

  it('gives the right token a cookie that no script reads and no other site sends', async () => {
    const { status, headers } = await openSession({}, JSON.stringify({ token }));
    expect(status).toBe(204);
    expect(headers['set-cookie']).toHaveLength(1);
    expect(headers['set-cookie']?.[0]).toMatch(new RegExp(`^pyexekube-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
    expect(headers['set-cookie']?.[0]).not.toContain(token);
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(999)])('gives nothing for the token %j', async (wrong) => {
    const { status, headers } = await openSession({}, JSON.stringify({ token: wrong }));
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it('gives nothing for a part of the token, or for more than it', async () => {
    for (const wrong of [token.slice(0, -1), `${token}A`, token.toLowerCase()]) {
      expect((await openSession({}, JSON.stringify({ token: wrong }))).status).toBe(401);
    }
  });

  it.each(['', '{', '[]', '{"token":1}', 'token=x', 'null'])('does not understand the body %j', async (body) => {
    expect((await openSession({}, body)).status).toBe(400);
  });

  it('reads no long body, no form, and no other method', async () => {
    expect((await openSession({}, JSON.stringify({ token: 'A'.repeat(5000) }))).status).toBe(413);
    expect((await openSession({ 'content-type': 'text/plain' }, JSON.stringify({ token }))).status).toBe(415);
    expect((await openSession({ 'content-type': 'application/x-www-form-urlencoded' }, `token=${token}`)).status).toBe(415);
    expect(await ask({ path: '/session' })).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it.each([[undefined], ['null'], ['http://evil.example'], ['http://localhost'], ['http://127.0.0.1']])('is opened for no other origin: %s', async (origin) => {
    const headers: Record<string, string> = origin === undefined ? json : { ...json, origin };
    expect((await ask({ method: 'POST', path: '/session', headers, body: JSON.stringify({ token }) })).status).toBe(403);
  });
});

describe('calls over plain HTTP', () => {
  it('are answered for the own page with its cookie', async () => {
    const { status, text } = await call(allowed());
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ json: { host: 'server' } });
  });

  it.each(['cookie', 'origin', 'x-pyexekube-client'])('are refused without the %s', async (name) => {
    const { [name]: _left, ...headers } = allowed() as Record<string, string>;
    expect((await call(headers)).status).toBe({ cookie: 401, origin: 403, 'x-pyexekube-client': 400 }[name]);
  });

  it('are refused with another cookie', async () => {
    const name = cookie.split('=')[0] ?? '';
    for (const wrong of [`${name}=`, `${name}=${'A'.repeat(43)}`, `${name}=${token}`, cookie.replace(String(port), '1'), `x${cookie}`]) {
      expect((await call({ ...allowed(), cookie: wrong })).status).toBe(401);
    }
  });

  it('are refused from another origin, another site and a window without a proper name', async () => {
    expect((await call({ ...allowed(), origin: 'http://evil.example' })).status).toBe(403);
    expect((await call({ ...allowed(), origin: `http://localhost:${port}` })).status).toBe(403);
    expect((await call({ ...allowed(), origin: 'null' })).status).toBe(403);
    expect((await call({ ...allowed(), 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await call({ ...allowed(), 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await call({ ...allowed(), 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await call({ ...allowed(), 'x-pyexekube-client': '../..' })).status).toBe(400);
  });

  it('know no other procedure', async () => {
    expect((await call(allowed(), '/api/system/nothing')).status).toBe(404);
    expect((await call(allowed(), '/api/__proto__/constructor')).status).toBe(404);
  });

  it('are not made by a GET, which a link could send', async () => {
    const answer = await ask({ path: '/api/system/info?data=%7B%7D', headers: allowed() });
    expect(answer.status).toBe(405);
  });
});

describe('the socket', () => {
  it('opens for the own page with its cookie', async () => {
    expect((await connect({ ...own(), cookie })).opened).toBe(true);
  });

  it('opens for nobody else', async () => {
    expect(await connect({ ...own() })).toMatchObject({ opened: false, status: 401 });
    expect(await connect({ cookie })).toMatchObject({ opened: false, status: 403 });
    expect(await connect({ cookie, origin: 'http://evil.example' })).toMatchObject({ opened: false, status: 403 });
    expect(await connect({ cookie, origin: `http://localhost:${port}` })).toMatchObject({ opened: false, status: 403 });
    expect(await connect({ ...own(), cookie, 'sec-fetch-site': 'cross-site' })).toMatchObject({ opened: false, status: 403 });
    expect(await connect({ ...own(), cookie, host: `localhost:${port}` })).toMatchObject({ opened: false, status: 421 });
    expect(await connect({ ...own(), cookie }, '/rpc')).toMatchObject({ opened: false, status: 400 });
    expect(await connect({ ...own(), cookie }, '/rpc?client=x')).toMatchObject({ opened: false, status: 400 });
    expect(await connect({ ...own(), cookie }, `/other?client=${newClientId()}`)).toMatchObject({ opened: false, status: 400 });
  });

  it('carries the headers of all answers when it is refused', async () => {
    expect((await connect({})).headers).toMatchObject({ 'cross-origin-opener-policy': 'same-origin', 'x-content-type-options': 'nosniff' });
  });

  it.each([
    ['no message of the protocol', 'nonsense', 1002],
    ['a message over the limit', Buffer.alloc(129 * 1024 * 1024), 1009],
  ])('is closed at %s, and the server goes on', async (_what, message, code) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc?client=${newClientId()}`, { headers: { ...own(), cookie } });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(message));
    // A server that ends the connection in the middle of a long message may not get its reason through.
    expect([code, 1006]).toContain(await closed);
    expect((await call(allowed())).status).toBe(200);
  });
});

describe('the host’s name', () => {
  it.each(['localhost', 'localhost:PORT', '127.0.0.1', 'evil.example:PORT', '127.0.0.1:1', '[::1]:PORT', '127.0.0.1.evil.example:PORT'])(
    'must be the own address, not %s',
    async (name) => {
      const headers = { host: name.replace('PORT', String(port)) };
      for (const path of ['/', '/session', '/api/system/info', '/runner/runner.html', '/nothing']) {
        expect((await ask({ path, headers })).status).toBe(421);
      }
    },
  );
});

describe('files', () => {
  it('are those of the build', async () => {
    expect(await ask()).toMatchObject({ status: 200, text: '<!doctype html><title>window</title>', headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(await ask({ path: '/assets/index-AbCd1234.js?x' })).toMatchObject({ status: 200, text: 'export {};' });
    expect(await ask({ method: 'HEAD' })).toMatchObject({ status: 200, text: '', headers: { 'content-length': '36' } });
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '//secret.txt',
    '/./../secret.txt',
    '/assets',
    '/assets/',
    '/python/%00',
    '/index.html%00.js',
    '/INDEX.HTML',
    '/constructor',
  ])('are nothing at %s', async (path) => {
    const { status, text } = await ask({ path });
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('secret\n');
    expect(text).not.toBe('secret');
  });

  it('are not sent again when they are known', async () => {
    const { headers } = await ask();
    expect(await ask({ headers: { 'if-none-match': headers.etag ?? '' } })).toMatchObject({ status: 304, text: '' });
    expect(await ask({ headers: { 'if-none-match': '"other"' } })).toMatchObject({ status: 200 });
  });

  it('are read only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) expect((await ask({ method, headers: own() })).status).toBe(405);
  });

  it('of the window are for its own page', async () => {
    const path = '/assets/index-AbCd1234.js';
    expect((await ask({ path, headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await ask({ path, headers: { origin: 'null' } })).status).toBe(403);
    expect((await ask({ path, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } })).status).toBe(403);
    expect((await ask({ headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } })).status).toBe(200);
  });

  it('of the frames are for their opaque origin, too', async () => {
    for (const path of ['/runner/runner.js', '/python/snapshot.bin']) {
      const headers = { origin: 'null', 'sec-fetch-site': 'cross-site' };
      expect(await ask({ path, headers })).toMatchObject({ status: 200, headers: { 'cross-origin-resource-policy': 'cross-origin', 'access-control-allow-origin': '*' } });
      expect((await ask({ path, headers: { origin: 'http://evil.example' } })).status).toBe(403);
    }
  });
});

describe('every answer', () => {
  it.each<Ask & { status: number }>([
    { path: '/', status: 200 },
    { path: '/assets/index-AbCd1234.js', status: 200 },
    { path: '/runner/runner.html', status: 200 },
    { path: '/python/snapshot.bin', status: 200 },
    { path: '/nothing', status: 404 },
    { path: '//x', status: 400 },
    { path: '/', headers: { host: 'evil.example' }, status: 421 },
    { path: '/', method: 'POST', status: 405 },
    { path: '/session', status: 405 },
    { path: '/session', method: 'POST', status: 403 },
    { path: '/api/system/info', method: 'POST', status: 403 },
    { path: '/rpc', status: 404 },
  ])('carries the rules: $method $path $status', async ({ status, ...wish }) => {
    const answer = await ask(wish);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': expect.stringMatching(/^(same|cross)-origin$/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  });

  it('of the API carries them as well', async () => {
    for (const answer of [await call(allowed()), await call(allowed(), '/api/nothing'), await openSession({}, JSON.stringify({ token }))]) {
      expect(answer.headers).toMatchObject({ 'cross-origin-opener-policy': 'same-origin', 'content-security-policy': expect.stringContaining("default-src 'none'"), 'cache-control': 'no-store' });
    }
  });
});

describe('starting', () => {
  it('says that a port is taken', async () => {
    await expect(createServerHost({ core, port, windowFolder: join(folder, 'window') })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `Port ${port} is taken by another program.`,
      action: expect.stringContaining('--port'),
    });
  });

  it('says that nothing was built', async () => {
    await expect(createServerHost({ core, port: 0, windowFolder: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'NOT_FOUND', action: 'Run `npm run build`.' });
  });
});
