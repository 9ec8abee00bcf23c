import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One request on its way. */
export interface Passing {
  method: string;
  /** With the query. */
  path: string;
}

export interface Faults {
  /** Before a request goes to the cluster: an answer instead of the cluster's, or nothing, to let it pass. */
  before?(passing: Passing): Promise<{ status: number; body: object } | void> | { status: number; body: object } | void;
  /** After the cluster has answered, before the application hears of it. `false`: it never does. */
  after?(passing: Passing, status: number): Promise<boolean | void> | boolean | void;
}

/**
 * Stands between the application and the API server, speaks plain HTTP to the one and signs in at the other, and makes the faults of a network
 * that a test asks for.
 */
export class FaultProxy {
  faults: Faults = {};
  readonly requests: Passing[] = [];
  /** How many requests the cluster has answered with success, by `METHOD collection`. */
  readonly succeeded = new Map<string, number>();
  readonly #server: Server;
  readonly #upstream: { url: URL; tls: Certificates };
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #isRefusing = false;
  /** Ends the next WebSocket whose path has this text once so many bytes have come through it. */
  breakSocket: { path: string; afterBytes: number } | undefined;
  /** WebSockets whose path has this text are answered like those of somebody without the right to them. */
  refusedSocket: string | undefined;

  constructor(kubeconfig: string) {
    this.#upstream = readKubeconfig(kubeconfig);
    this.#server = createServer((request, response) => void this.#pass(request, response));
    this.#server.on('upgrade', (request, socket: Socket) => this.#upgrade(request, socket));
    this.#server.on('connection', (socket) => {
      if (this.#isRefusing) return void socket.destroy();
      this.#sockets.add(socket);
      if (this.#isCut) socket.pause();
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Writes a kubeconfig that leads here. @returns its path */
  writeKubeconfig(folder: string): string {
    const path = join(folder, 'proxy.kubeconfig');
    const config = {
      apiVersion: 'v1', kind: 'Config', 'current-context': 'proxy',
      clusters: [{ name: 'proxy', cluster: { server: this.url } }],
      users: [{ name: 'proxy', user: {} }],
      contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  /** Nothing passes any more in either direction, and no connection ends: what a pulled cable looks like. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Nobody is reached any more, and what was open ends at once. */
  refuse(): void {
    this.#isRefusing = true;
    this.breakConnections();
  }

  /** The network is back; what was on its way is lost, as after a time-out on the way. */
  mend(): void {
    this.#isCut = false;
    this.#isRefusing = false;
    this.breakConnections();
  }

  /** All connections end at once. */
  breakConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.breakConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  count(key: string): number {
    return this.succeeded.get(key) ?? 0;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passing = { method: request.method ?? 'GET', path: request.url ?? '/' };
    this.requests.push(passing);
    const instead = await this.faults.before?.(passing);
    if (instead) {
      response.writeHead(instead.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(instead.body));
      return;
    }
    const { url, tls } = this.#upstream;
    const upstream = (url.protocol === 'https:' ? httpsRequest : httpRequest)(new URL(passing.path, url), { ...tls, method: passing.method, headers: { ...request.headers, host: url.host } });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    upstream.on('response', (answer) => void this.#answer(passing, answer, response));
    request.pipe(upstream);
  }

  async #answer(passing: Passing, answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = answer.statusCode ?? 0;
    if (status < 300) {
      const key = `${passing.method} ${passing.path.replace(/\?.*/, '').split('/').at(passing.method === 'POST' ? -1 : -2) ?? ''}`;
      this.succeeded.set(key, this.count(key) + 1);
    }
    answer.on('error', () => response.destroy());
    if ((await this.faults.after?.(passing, status)) === false) return void response.destroy();
    response.writeHead(status, answer.headers);
    answer.on('data', (chunk: Buffer) => {
      if (this.#isCut) return;
      if (!response.write(chunk)) {
        answer.pause();
        response.once('drain', () => answer.resume());
      }
    });
    answer.on('end', () => {
      if (!this.#isCut) response.end();
    });
  }

  #upgrade(request: IncomingMessage, socket: Socket): void {
    const { url, tls } = this.#upstream;
    this.requests.push({ method: 'UPGRADE', path: request.url ?? '/' });
    if (this.refusedSocket !== undefined && request.url?.includes(this.refusedSocket) === true) {
      const body = JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'pods is forbidden' });
      return void socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    }
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const upstream = url.protocol === 'https:' ? connectTls({ ...tls, host: url.hostname, port, ALPNProtocols: ['http/1.1'] }) : connectTcp(port, url.hostname);
    const headers = Object.entries({ ...request.headers, host: url.host }).map(([name, value]) => `${name}: ${String(value)}`);
    upstream.write(`GET ${request.url ?? '/'} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    const breaking = this.breakSocket !== undefined && request.url?.includes(this.breakSocket.path) === true ? this.breakSocket : undefined;
    if (breaking !== undefined) this.breakSocket = undefined;
    let bytes = 0;
    for (const [from, to] of [[upstream, socket], [socket, upstream]] as const) {
      from.on('data', (chunk: Buffer) => {
        if (this.#isCut) return;
        bytes += chunk.length;
        if (breaking !== undefined && bytes > breaking.afterBytes) return void from.destroy();
        if (!to.write(chunk)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  }
}

interface Certificates {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

function readKubeconfig(path: string): { url: URL; tls: Certificates } {
  const config = parse(readFileSync(path, 'utf8')) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const cluster = config.clusters[0]?.cluster ?? {};
  const user = config.users[0]?.user ?? {};
  const bytes = (of: Record<string, string>, key: string): Buffer | undefined => {
    const data = of[`${key}-data`];
    if (data !== undefined) return Buffer.from(data, 'base64');
    return of[key] === undefined ? undefined : readFileSync(of[key]);
  };
  const ca = bytes(cluster, 'certificate-authority');
  const cert = bytes(user, 'client-certificate');
  const key = bytes(user, 'client-key');
  return { url: new URL(cluster['server'] ?? ''), tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } };
}
