import WebSocket, { type RawData } from 'ws';
import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { cancelled, queryOf, type ClusterClient } from './client.ts';
import { errorOfAnswer, errorOfConnection } from './errors.ts';

export interface ExecRequest {
  namespace: string;
  pod: string;
  container: string;
  command: readonly string[];
  /** Sent to the command's standard input. Servers before 1.30 cannot tell its end, so the command must know by itself when it has all. */
  stdin?: AsyncIterable<Uint8Array>;
  /** While its promise is pending nothing more is read. */
  onStdout?(chunk: Buffer): void | Promise<void>;
  signal?: AbortSignal | undefined;
  /** Longest silence in both directions; by default 30 s. */
  idleTimeoutMs?: number;
}

export interface ExecResult {
  exitCode: number;
  /** At most its last 4 KiB. */
  stderr: string;
}

/** Channels of Kubernetes' remote command protocol (k8s.io/apimachinery, pkg/util/remotecommand). */
const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const defaultIdleTimeoutMs = 30_000;
const maxStderrBytes = 4096;
/** Above this the source of standard input waits. */
const maxUnsentBytes = 1024 * 1024;

const ExecStatus = z.object({
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().default(''),
  details: z.object({ causes: z.array(z.object({ reason: z.string().optional(), message: z.string().default('') })).default([]) }).default({ causes: [] }),
});

/**
 * Runs a command in a container and waits for its end.
 * @returns also when the command fails: its exit code says so
 * @throws AppError the command could not be run, the connection broke off, CANCELLED
 */
export async function execInPod(client: ClusterClient, request: ExecRequest): Promise<ExecResult> {
  const connect = await client.connectOptions();
  if (request.signal?.aborted === true) throw cancelled();
  const { namespace, pod, container, command, stdin } = request;
  const query = queryOf({ container, command, stdin: stdin !== undefined, stdout: true, stderr: true });
  const url = `${client.server.replace(/^http/, 'ws')}/api/v1/namespaces/${namespace}/pods/${pod}/exec${query}`;
  const socket = new WebSocket(url, protocols, { ...connect, perMessageDeflate: false, handshakeTimeout: 15_000, maxPayload: 16 * 1024 * 1024 });
  return new Promise((resolve, reject) => {
    const stderr: Buffer[] = [];
    let idle: NodeJS.Timeout | undefined;
    let isSettled = false;
    let reading = Promise.resolve();

    function settle(outcome: () => void): void {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(idle);
      request.signal?.removeEventListener('abort', abort);
      socket.terminate();
      outcome();
    }
    const fail = (error: unknown): void => settle(() => reject(error instanceof AppError ? error : errorOfConnection(error, client.server)));
    const abort = (): void => fail(cancelled());
    function alive(): void {
      clearTimeout(idle);
      const ms = request.idleTimeoutMs ?? defaultIdleTimeoutMs;
      idle = setTimeout(() => fail(new AppError('TIMEOUT', `Nothing was heard of a command in the pod ${pod} for ${Math.round(ms / 1000)} s.`)), ms);
    }

    function onStatus(text: string): void {
      const status = ExecStatus.parse(JSON.parse(text));
      const result = { stderr: Buffer.concat(stderr).subarray(-maxStderrBytes).toString('utf8') };
      if (status.status === 'Success') return void reading.then(() => settle(() => resolve({ ...result, exitCode: 0 })), fail);
      const code = status.details.causes.find(({ reason }) => reason === 'ExitCode')?.message;
      if (status.reason === 'NonZeroExitCode' && code !== undefined) {
        return void reading.then(() => settle(() => resolve({ ...result, exitCode: Number.parseInt(code, 10) })), fail);
      }
      return fail(new AppError('UNAVAILABLE', `A command could not be run in the pod ${pod}: ${status.message}`));
    }

    function onMessage(data: RawData): void {
      alive();
      const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
      const payload = bytes.subarray(1);
      if (bytes[0] === channels.stderr) stderr.push(payload);
      else if (bytes[0] === channels.status) onStatus(payload.toString('utf8'));
      else if (bytes[0] === channels.stdout && payload.length > 0 && request.onStdout !== undefined) {
        const { onStdout } = request;
        socket.pause();
        reading = reading.then(async () => {
          await onStdout(payload);
          alive();
          socket.resume();
        });
        reading.catch(fail);
      }
    }

    request.signal?.addEventListener('abort', abort, { once: true });
    alive();
    socket.on('error', fail);
    socket.on('unexpected-response', (_request, answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', fail);
      answer.on('end', () => {
        if (answer.statusCode === 401) client.refused();
        fail(errorOfAnswer(answer.statusCode ?? 0, Buffer.concat(parts).toString('utf8')));
      });
    });
    socket.on('open', () => {
      if (stdin !== undefined) sendAll(socket, stdin, alive).catch(fail);
    });
    socket.on('message', (data) => {
      try {
        onMessage(data);
      } catch (error) {
        fail(error);
      }
    });
    socket.on('close', () => void reading.then(() => fail(new AppError('UNAVAILABLE', `The connection to the pod ${pod} broke off.`)), fail));
  });
}

async function sendAll(socket: WebSocket, source: AsyncIterable<Uint8Array>, alive: () => void): Promise<void> {
  for await (const chunk of source) {
    if (socket.readyState !== WebSocket.OPEN) return;
    const sent = send(socket, Buffer.concat([Buffer.of(channels.stdin), chunk]));
    if (socket.bufferedAmount > maxUnsentBytes) await sent;
    else sent.catch(() => undefined);
    alive();
  }
  // Only the fifth version can tell that standard input has ended.
  if (socket.protocol === protocols[0] && socket.readyState === WebSocket.OPEN) await send(socket, Buffer.of(channels.close, channels.stdin));
}

function send(socket: WebSocket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(bytes, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}
