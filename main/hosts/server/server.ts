import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { BodyLimitPlugin, RPCHandler as HttpHandler } from '@orpc/server/node';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { ClientId } from '../../../contract/ids.ts';
import { indexAssets, plainHeaders } from '../../core/assets/index.ts';
import type { Core } from '../../core/core.ts';
import type { CoreContext } from '../../core/ports.ts';
import { serveCalls } from '../calls.ts';
import { refuse, serveFile } from './files.ts';
import { checkCallOrigin, checkHost, type Refusal } from './guards.ts';
import { createSessions } from './session.ts';
import { socketPort } from './socket.ts';

/** Largest single message or body, bytes: a file of maxEditableBytes, or one batch of output, as JSON. */
const maxMessageBytes = 128 * 1024 * 1024;
const maxSessionBodyBytes = 4096;
const address = '127.0.0.1';

export interface ServerHost {
  /** With the token in its fragment. */
  readonly url: string;
  readonly origin: string;
  /** Ends all connections. The core is its owner's to dispose of. */
  close(): Promise<void>;
}

/**
 * Serves the window and the core on 127.0.0.1.
 *
 * @param options `port` 0 lets the system pick one; `windowFolder` is `dist/window`
 * @throws AppError NOT_FOUND the window was not built · CONFLICT the port is taken · FORBIDDEN the port is reserved
 */
export async function createServerHost(options: { core: Core; port: number; windowFolder: string }): Promise<ServerHost> {
  const { core } = options;
  const assets = await indexAssets(options.windowFolder);
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000 });
  const port = await listen(server, options.port);
  const host = `${address}:${port}`;
  const origin = `http://${host}`;
  const sessions = createSessions(port);
  const calls = serveCalls(core);
  const http = new HttpHandler<CoreContext>(core.router, { plugins: [new BodyLimitPlugin({ maxBodySize: maxMessageBytes })] });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false, clientTracking: true });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = parseUrl(request);
    const refusal = url === null ? badRequest : checkHost(request, host);
    if (refusal !== null || url === null) return refuse(response, refusal ?? badRequest);
    if (url.pathname === '/session') return openSession(request, response);
    if (url.pathname.startsWith('/api/')) return answerCall(request, response);
    return serveFile(request, response, url.pathname, assets, origin);
  }

  async function openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return refuse(response, { status: 405, message: 'Post the token.' });
    }
    const refusal = checkCallOrigin(request, origin) ?? checkJson(request);
    if (refusal !== null) return refuse(response, refusal);
    const body = await readBody(request, maxSessionBodyBytes);
    if (body === null) return refuse(response, { status: 413, message: 'That is too long for a token.' });
    const token = parseToken(body);
    if (token === null) return refuse(response, { status: 400, message: 'Send {"token": "…"}.' });
    const cookie = sessions.open(token);
    if (cookie === null) return refuse(response, wrongToken);
    response.writeHead(204, { ...plainHeaders(), 'set-cookie': cookie }).end();
  }

  async function answerCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const clientId = ClientId.safeParse(request.headers['x-pyexekube-client']);
    const refusal = checkCallOrigin(request, origin) ?? checkSession(request) ?? (clientId.success ? null : noClient);
    if (refusal !== null || !clientId.success) return refuse(response, refusal ?? noClient);
    for (const [name, value] of Object.entries(plainHeaders())) response.setHeader(name, value);
    const leave = calls.enter(clientId.data);
    response.once('close', leave);
    const { matched } = await http.handle(request, response, { prefix: '/api', context: { clientId: clientId.data } });
    if (!matched) refuse(response, { status: 404, message: 'There is no such procedure.' });
  }

  function checkSession(request: IncomingMessage): Refusal {
    return sessions.has(request) ? null : noSession;
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client may vanish while it is turned away.
    socket.on('error', () => socket.destroy());
    const url = parseUrl(request);
    const clientId = ClientId.safeParse(url?.searchParams.get('client'));
    const refusal =
      checkHost(request, host) ??
      (url?.pathname === '/rpc' ? null : badRequest) ??
      checkCallOrigin(request, origin) ??
      checkSession(request) ??
      (clientId.success ? null : noClient);
    if (refusal !== null || !clientId.success) return refuseUpgrade(socket, refusal ?? noClient);
    sockets.handleUpgrade(request, socket, head, (webSocket) => calls.serve(socketPort(webSocket), clientId.data));
  }

  server.on('request', (request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, badRequest);
    });
  });
  server.on('upgrade', upgrade);
  server.on('clientError', (_error, socket) => refuseUpgrade(socket, badRequest));

  async function close(): Promise<void> {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return { url: `${origin}/#token=${sessions.token}`, origin, close };
}

const badRequest = { status: 400, message: 'That is no request that this server understands.' } as const;
const noSession = { status: 401, message: 'Open the address that the server printed, with its token.' } as const;
const wrongToken = { status: 401, message: 'That is not the token of this server.' } as const;
const noClient = { status: 400, message: 'The id of the window is missing or malformed.' } as const;

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen({ port, host: address, exclusive: true }, () => {
      const bound = server.address();
      if (typeof bound === 'object' && bound !== null) resolve(bound.port);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, port: number): AppError {
  const action = 'Choose another port with --port N, or --port 0 for any free one.';
  if (error.code === 'EADDRINUSE') return new AppError('CONFLICT', `Port ${port} is taken by another program.`, { action, cause: error });
  if (error.code === 'EACCES') return new AppError('FORBIDDEN', `The system does not let you use port ${port}.`, { action, cause: error });
  return new AppError('UNAVAILABLE', `Could not listen on port ${port}: ${error.message}.`, { action, cause: error });
}

function parseUrl(request: IncomingMessage): URL | null {
  const target = request.url ?? '';
  // Not a path (a proxy's absolute form, `*`), or one that the URL parser would bring into another form than what was sent.
  if (!target.startsWith('/') || target.startsWith('//')) return null;
  return URL.canParse(target, 'http://host') ? new URL(target, 'http://host') : null;
}

function checkJson(request: IncomingMessage): Refusal {
  // Anything but JSON could be sent by a plain form.
  return request.headers['content-type']?.split(';')[0]?.trim() === 'application/json' ? null : { status: 415, message: 'Send JSON.' };
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early must not end the connection, which the answer still needs.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const TokenBody = z.object({ token: z.string().max(1000) });

function parseToken(body: string): string | null {
  try {
    return TokenBody.parse(JSON.parse(body)).token;
  } catch {
    return null;
  }
}

function refuseUpgrade(socket: Duplex, refusal: NonNullable<Refusal>): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = `${refusal.message}\n`;
  const headers = { ...plainHeaders(), 'content-type': 'text/plain; charset=utf-8', 'content-length': String(Buffer.byteLength(text)), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}
