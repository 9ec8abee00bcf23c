import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { RPCHandler } from '@orpc/server/message-port';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createCore } from '../../main/core/core.ts';
import type { CoreContext } from '../../main/core/ports.ts';
import { contractSuite, type Client } from './suite.ts';

contractSuite('a MessagePort', async (home) => {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const handler = new RPCHandler<CoreContext>(core.router);
  const ports: MessagePort[] = [];
  return {
    connect: async (clientId) => {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      handler.upgrade(port1, { context: { clientId } });
      port1.start();
      port2.start();
      const client: Client = createORPCClient(new RPCLink({ port: port2 }));
      return client;
    },
    close: async () => {
      for (const port of ports) port.close();
      await core.dispose();
    },
  };
});
