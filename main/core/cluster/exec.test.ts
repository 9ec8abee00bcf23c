import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { sendJson, startApiServer, type ApiServer } from '../../../tests/support/apiServer.ts';
import { createClusterClient, type ClusterClient } from './client.ts';
import { execInPod, type ExecRequest } from './exec.ts';

const frame = (channel: number, payload: string | object): Buffer =>
  Buffer.concat([Buffer.of(channel), Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))]);
const success = frame(3, { status: 'Success' });

describe('a command in a pod', () => {
  let api: ApiServer;
  let sockets: WebSocketServer;
  let client: ClusterClient;
  let refusals: boolean[];
  let onSocket: (socket: WebSocket) => void;
  let refuseWith: number | null;
  let protocol: string;

  beforeEach(async () => {
    refusals = [];
    refuseWith = null;
    protocol = 'v5.channel.k8s.io';
    onSocket = (socket) => socket.send(success);
    api = await startApiServer((_request, response) => sendJson(response, 400, {}));
    sockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol });
    api.server.on('upgrade', (request, socket, head) => {
      api.asked.push(request.url ?? '');
      if (refuseWith === null) return sockets.handleUpgrade(request, socket, head, (opened) => onSocket(opened));
      const body = JSON.stringify({ kind: 'Status', message: 'no such thing' });
      socket.end(`HTTP/1.1 ${refuseWith} No\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    });
    client = createClusterClient({
      server: api.url,
      kubeconfig: () => ({ cluster: {}, user: {} }),
      credentials: async (refused) => {
        refusals.push(refused);
        return { token: 'it' };
      },
    });
  });
  afterEach(async () => {
    client.close();
    for (const socket of sockets.clients) socket.terminate();
    await api.close();
  });

  const run = (more: Partial<ExecRequest> = {}) => execInPod(client, { namespace: 'team', pod: 'p', container: 'c', command: ['ls', '-l'], ...more });
  async function* chunks(...parts: string[]): AsyncGenerator<Buffer> {
    for (const part of parts) yield Buffer.from(part);
  }

  it('gives its output in order, and keeps its standard error', async () => {
    onSocket = (socket) => {
      for (const message of [frame(1, ''), frame(1, 'one '), frame(2, 'careful'), frame(1, 'two'), success]) socket.send(message);
    };
    let output = '';
    const result = await run({
      onStdout: async (chunk) => {
        await Promise.resolve();
        output += chunk.toString();
      },
    });
    expect({ ...result, output }).toEqual({ exitCode: 0, stderr: 'careful', output: 'one two' });
    expect(api.asked).toEqual(['/api/v1/namespaces/team/pods/p/exec?container=c&command=ls&command=-l&stdin=false&stdout=true&stderr=true']);
  });

  it('gives the exit code of a command that fails, and the end of what it said', async () => {
    onSocket = (socket) => {
      socket.send(frame(2, `${'x'.repeat(5000)}the end`));
      socket.send(frame(3, { status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '42' }] } }));
    };
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(42);
    expect(stderr).toHaveLength(4096);
    expect(stderr.endsWith('the end')).toBe(true);
  });

  it.each([
    ['v5.channel.k8s.io', true],
    ['v4.channel.k8s.io', false],
  ])('sends standard input, and with %s says that it has ended: %s', async (spoken, tellsEnd) => {
    protocol = spoken;
    const got: Buffer[] = [];
    onSocket = (socket) =>
      socket.on('message', (data) => {
        if (Buffer.isBuffer(data)) got.push(data);
        if (got.length === (tellsEnd ? 3 : 2)) socket.send(success);
      });
    await run({ stdin: chunks('ab', 'c'.repeat(2 * 1024 * 1024)) });
    expect(got.map((bytes) => [bytes[0], bytes.length])).toEqual([[0, 3], [0, 2 * 1024 * 1024 + 1], ...(tellsEnd ? [[255, 2]] : [])]);
  });

  it.each([
    ['could not be started', frame(3, { status: 'Failure', reason: 'InternalError', message: 'no such command' }), 'no such command'],
    ['ended without an exit code', frame(3, { status: 'Failure', reason: 'NonZeroExitCode', message: 'lost' }), 'lost'],
    ['ended with nonsense', frame(3, 'hm'), 'hm'],
  ])('fails when the command %s', async (_, message, said) => {
    onSocket = (socket) => socket.send(message);
    await expect(run()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(said) });
  });

  it.each([
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [500, 'UNAVAILABLE'],
  ])('says why the server refuses it with %i', async (status, code) => {
    refuseWith = status;
    await expect(run()).rejects.toMatchObject({ code, message: 'The cluster refused: no such thing' });
  });

  it('asks for a new sign-in after one that was refused', async () => {
    refuseWith = 401;
    await expect(run()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    refuseWith = null;
    expect(await run()).toMatchObject({ exitCode: 0 });
    expect(refusals).toEqual([false, true]);
  });

  it('fails when the connection breaks off before the end', async () => {
    onSocket = (socket) => socket.terminate();
    await expect(run()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('broke off') });
  });

  it('fails when nothing is heard for too long', async () => {
    onSocket = () => undefined;
    await expect(run({ idleTimeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('fails when whoever reads its output, or gives its input, fails', async () => {
    onSocket = (socket) => socket.send(frame(1, 'something'));
    await expect(run({ onStdout: () => Promise.reject(new Error('disk full')) })).rejects.toMatchObject({ message: expect.stringContaining('disk full') });
    async function* broken(): AsyncGenerator<Buffer> {
      yield* chunks('a');
      throw new Error('file gone');
    }
    await expect(run({ stdin: broken() })).rejects.toMatchObject({ message: expect.stringContaining('file gone') });
  });

  it('ends when it is cancelled, also before it began', async () => {
    const abort = new AbortController();
    onSocket = () => abort.abort();
    await expect(run({ signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AppError', code: 'CANCELLED' });
    expect(api.asked).toHaveLength(1);
  });
});
