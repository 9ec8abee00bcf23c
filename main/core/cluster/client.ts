import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { AppError } from '../../../contract/errors.ts';
import { createAccess, type AccessSource, type ConnectOptions } from './access.ts';
import { errorOfAnswer, errorOfConnection } from './errors.ts';
import { proxyOf } from './proxy.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

export interface RequestOptionsOfOurs {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** By default application/json; a PATCH says which kind it is. */
  contentType?: string;
  signal?: AbortSignal | undefined;
  /** From the start to the last byte of the answer; by default 30 s. */
  timeoutMs?: number;
}

export interface StreamOptions {
  query?: Query;
  signal?: AbortSignal | undefined;
  /** Until the answer begins; by default 15 s. */
  timeoutMs?: number;
}

/** The one way in which the application talks to an API server. */
export interface ClusterClient {
  readonly server: string;
  /**
   * Sends one request and gives the answer's JSON, to be parsed by the caller. A GET is sent again once when a kept connection turns out
   * to be dead, and any request once after a refused sign-in.
   * @throws AppError by the table in errors.ts; kubeStatusOf(error) has what the server said
   */
  request(method: Method, path: string, options?: RequestOptionsOfOurs): Promise<unknown>;
  /** Opens a GET whose body is read as it comes: a watch, a log. The signal ends it at any time; its errors reach the reader of the stream. */
  stream(path: string, options?: StreamOptions): Promise<IncomingMessage>;
  /** What a WebSocket to this server needs. */
  connectOptions(): Promise<ConnectOptions>;
  /** Tells that the server refused the sign-in of a WebSocket. */
  refused(): void;
  close(): void;
}

const requestTimeoutMs = 30_000;
const headTimeoutMs = 15_000;
/** Cloud load balancers drop idle connections after 60 s. */
const keepAliveMs = 30_000;
/** Largest answer that is taken into memory. */
const maxAnswerBytes = 64 * 1024 * 1024;

export function createClusterClient(source: AccessSource): ClusterClient {
  const server = source.server.replace(/\/$/, '');
  const isTls = server.startsWith('https:');
  const access = createAccess(source);
  const agentOptions = { keepAlive: true, keepAliveMsecs: keepAliveMs, maxFreeSockets: 16, scheduling: 'lifo' } as const;
  const agent = isTls ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);

  /** One exchange up to the head of the answer. */
  async function open(method: Method, path: string, { query, body, contentType, signal }: RequestOptionsOfOurs, timeoutMs: number): Promise<Exchange> {
    const connect = await access.options();
    const proxy = proxyOf(connect.agent);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      agent,
      ...connect,
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'PyExeKube',
        ...connect.headers,
        ...(text === undefined ? {} : { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    };
    const url = `${server}${path}${queryOf(query)}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(cancelled());
      let request: ClientRequest;
      try {
        request = (isTls ? httpsRequest : httpRequest)(url, options);
      } catch (error) {
        // A certificate, a key or a token that is none is noticed before anything is sent.
        return reject(errorOfConnection(error, server, proxy));
      }
      let answering: IncomingMessage | undefined;
      // Once there is an answer, only its own destroy carries the reason to the reader; the request's says ECONNRESET.
      const stop = (reason: AppError): void => {
        (answering ?? request).destroy(reason);
      };
      const timer = setTimeout(() => {
        stop(new AppError('TIMEOUT', `${server} did not answer within ${Math.round(timeoutMs / 1000)} s.`, { action: 'Check the network and the VPN.' }));
      }, timeoutMs);
      const abort = (): void => stop(cancelled());
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      signal?.addEventListener('abort', abort, { once: true });
      request.on('error', (error) => {
        done();
        reject(errorOfConnection(error, server, proxy));
      });
      request.on('response', (answer) => {
        answering = answer;
        // Whoever reads the body sees its errors; without a reader one must not end the process.
        answer.on('error', () => undefined);
        answer.on('close', done);
        resolve({ answer, headArrived: () => clearTimeout(timer) });
      });
      request.on('socket', (socket) => socket.setKeepAlive(true, keepAliveMs));
      request.end(text);
    });
  }

  async function send(method: Method, path: string, options: RequestOptionsOfOurs): Promise<unknown> {
    const { answer } = await open(method, path, options, options.timeoutMs ?? requestTimeoutMs);
    const text = await readAll(answer, server);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status >= 300) throw errorOfAnswer(status, text);
    if (text === '') return null;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new AppError('UNAVAILABLE', `${server} does not answer as Kubernetes does: what it said is no JSON.`, {
        action: 'Check the address of the server and the proxy.',
        cause: error,
      });
    }
  }

  /** Tries again after a refused sign-in, which a sign-in program may renew, and, where nothing can happen twice, after a broken kept connection. */
  async function tryAgain<T>(isSafe: boolean, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'UNAUTHENTICATED') access.refused();
      else if (!isSafe || !isBrokenConnection(error)) throw error;
      return attempt();
    }
  }

  return {
    server,
    request: (method, path, options = {}) => tryAgain(method === 'GET', () => send(method, path, options)),
    stream: (path, { query, signal, timeoutMs = headTimeoutMs } = {}) =>
      tryAgain(true, async () => {
        const { answer, headArrived } = await open('GET', path, { ...(query === undefined ? {} : { query }), signal }, timeoutMs);
        if (answer.statusCode !== 200) throw errorOfAnswer(answer.statusCode ?? 0, await readAll(answer, server));
        headArrived();
        return answer;
      }),
    connectOptions: () => access.options(),
    refused: () => access.refused(),
    close: () => agent.destroy(),
  };
}

interface Exchange {
  answer: IncomingMessage;
  headArrived(): void;
}

/** What whoever has cancelled a call gets. */
export function cancelled(): AppError {
  return new AppError('CANCELLED', 'The call was cancelled.');
}

function isBrokenConnection(error: AppError): boolean {
  return error.cause instanceof Error && 'code' in error.cause && (error.cause.code === 'ECONNRESET' || error.cause.code === 'EPIPE');
}

async function readAll(answer: IncomingMessage, server: string): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of answer) {
      if (!Buffer.isBuffer(part)) continue;
      bytes += part.length;
      if (bytes > maxAnswerBytes) throw new AppError('UNAVAILABLE', `${server} answered more than ${maxAnswerBytes} bytes.`, { retryable: false });
      parts.push(part);
    }
  } catch (error) {
    throw errorOfConnection(error, server);
  }
  return Buffer.concat(parts).toString('utf8');
}

export function queryOf(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const one of value) params.append(name, one);
    else params.append(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
