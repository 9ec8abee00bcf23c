import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { newRunId } from '../../../contract/ids.ts';
import { ProfileSettings } from '../../../contract/profiles.ts';
import { startApiServer, type ApiServer } from '../../../tests/support/apiServer.ts';
import { createClusterClient, type ClusterClient } from '../cluster/index.ts';
import { hasRoomForReader, readEarly, type EarlyLogTarget } from './earlyLog.ts';

const frame = (channel: number, payload: string | object): Buffer =>
  Buffer.concat([Buffer.of(channel), Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))]);
const notYet = frame(3, { status: 'Failure', reason: 'InternalError', message: 'unable to upgrade connection: container not found ("main")' });

describe('the beginning of a run that is read before its log', () => {
  let api: ApiServer;
  let sockets: WebSocketServer;
  let client: ClusterClient;
  let opened: WebSocket[];
  let onSocket: (socket: WebSocket) => void;
  let refuseWith: number | null;
  let log: string[];
  let blocks: string[];

  beforeEach(async () => {
    [opened, log, blocks, refuseWith] = [[], [], [], null];
    api = await startApiServer((_request, response) => response.end());
    sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
    api.server.on('upgrade', (request, socket, head) => {
      api.asked.push(decodeURIComponent(request.url ?? ''));
      if (refuseWith !== null) return void socket.end(`HTTP/1.1 ${refuseWith} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        opened.push(webSocket);
        onSocket(webSocket);
      });
    });
    client = createClusterClient({ server: api.url, kubeconfig: () => ({ cluster: {}, user: {} }), credentials: async () => ({}) });
  });
  afterEach(async () => {
    client.close();
    for (const socket of sockets.clients) socket.terminate();
    await api.close();
  });

  function read(onBlock: (block: string) => boolean = () => true, signal = new AbortController().signal): Promise<void> {
    const target: EarlyLogTarget = { client: () => client, namespace: 'team', pod: `p-${newRunId()}`, python: ProfileSettings.parse({}).python };
    return readEarly(target, {
      signal,
      onBlock: async (block) => {
        blocks.push(block.toString());
        return onBlock(block.toString());
      },
      onFault: (error) => log.push(error.message),
    });
  }

  it('is asked for until its container has started, and comes as whole lines', async () => {
    onSocket = (socket) => {
      if (opened.length < 3) return socket.send(notYet);
      for (const message of [frame(1, '1o a\n2o'), frame(1, ' b\n'), frame(3, { status: 'Success' })]) socket.send(message);
    };
    await read();
    expect(blocks).toEqual(['1o a\n', '2o b\n']);
    expect(api.asked).toHaveLength(3);
    expect(api.asked[0]).toContain('/exec?container=main&command=python3&command=-ISBc&command=import');
    expect(log).toEqual([]);
  });

  it('ends when its reader has enough', async () => {
    onSocket = (socket) => socket.send(frame(1, '1o a\nforged\n'));
    await read(() => false);
    expect(blocks).toEqual(['1o a\nforged\n']);
    expect(log).toEqual([]);
  });

  it.each([401, 403, 404, 500])('is given up when the server answers %i', async (status) => {
    refuseWith = status;
    await read();
    expect(api.asked).toHaveLength(1);
  });

  it('is given up when it breaks off', async () => {
    onSocket = (socket) => socket.terminate();
    await read();
    expect(opened).toHaveLength(1);
  });

  it('says that its reader failed, and throws nothing', async () => {
    onSocket = (socket) => socket.send(frame(1, '1o a\n'));
    await read(() => {
      throw new Error('disk full');
    });
    expect(log).toEqual([expect.stringContaining('disk full')]);
  });

  it.each([
    ['1', '1Gi', true],
    ['250m', '128Mi', true],
    ['100m', '1Gi', false],
    ['1', '64Mi', false],
  ])('is left to the log in a container of %s and %s: %s', (cpu, memory, hasRoom) => {
    expect(hasRoomForReader({ cpu, memory })).toBe(hasRoom);
  });

  it('is left to the log when many pods start at once', async () => {
    onSocket = (socket) => socket.send(frame(3, { status: 'Success' }));
    await Promise.all(Array.from({ length: 10 }, () => read()));
    expect(opened).toHaveLength(4);
    await read();
    expect(opened).toHaveLength(5);
  });

  it('ends its program and itself when the log has taken over', async () => {
    const over = new AbortController();
    const closed = new Promise((resolve) => {
      onSocket = (socket) => {
        socket.on('close', resolve);
        socket.send(frame(1, '1o a\n'));
      };
    });
    await read(() => {
      over.abort();
      return true;
    }, over.signal);
    await closed;
    await read(() => true, over.signal);
    expect([opened.length, log]).toEqual([1, []]);
  });
});
