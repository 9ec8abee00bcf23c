import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as HttpLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import { createCore } from '../../main/core/core.ts';
import { createServerHost } from '../../main/hosts/server/server.ts';
import { contractSuite, type Client, type Served } from '../contract/suite.ts';
import { superviseNodeCore } from './hostsSupport.ts';

/** A server host on a core, and the headers that its page would send. */
async function serve(home: string): Promise<Served & { origin: string; headers: Record<string, string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'pyexekube-window-'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const host = await createServerHost({ core, port: 0, windowFolder: folder });
  const token = new URLSearchParams(new URL(host.url).hash.slice(1)).get('token');
  const { origin } = host;
  const response = await fetch(`${origin}/session`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return {
    origin,
    headers: { origin, cookie },
    connect: () => Promise.reject(new Error('Each transport has its own way.')),
    close: async () => {
      await host.close();
      await core.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

contractSuite('a WebSocket of the server', async (home) => {
  const server = await serve(home);
  return {
    connect: async (clientId) => {
      const socket = new WebSocket(`${server.origin.replace('http:', 'ws:')}/rpc?client=${clientId}`, { headers: server.headers });
      socket.binaryType = 'arraybuffer';
      await once(socket, 'open');
      // @ts-expect-error ws has the browser's events by other types; the link uses what both have.
      const client: Client = createORPCClient(new SocketLink({ websocket: socket }));
      return client;
    },
    close: () => server.close(),
  };
});

contractSuite('plain HTTP of the server', async (home) => {
  const server = await serve(home);
  return {
    connect: async (clientId) => {
      const headers = { ...server.headers, 'x-pyexekube-client': clientId };
      const client: Client = createORPCClient(new HttpLink({ url: `${server.origin}/api`, headers }));
      return client;
    },
    close: () => server.close(),
  };
});

const picked = '/picked/by/the/person.py';

contractSuite(
  'ports that the main process passes on to a plain Node',
  async (home) => {
    const ends: MessagePort[] = [];
    const { supervisor } = superviseNodeCore(home, { pick: () => Promise.resolve(picked) });
    await supervisor.started;
    return {
      connect: async (clientId) => {
        const { promise, resolve } = Promise.withResolvers<MessagePort>();
        supervisor.connect(clientId, resolve);
        const port = await promise;
        ends.push(port);
        port.start();
        const client: Client = createORPCClient(new PortLink({ port }));
        return client;
      },
      close: async () => {
        await supervisor.dispose();
        for (const end of ends) end.close();
      },
    };
  },
  { picked },
);
