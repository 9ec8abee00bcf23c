import './oldGlobals.ts';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { app, MessageChannelMain, type MessagePortMain } from 'electron';
import { newClientId } from '../../../contract/ids.ts';
import { superviseCore, type CoreSupervisor } from '../../../main/hosts/electron/coreSupervisor.ts';
import { startUtility } from '../../../main/hosts/electron/coreUtility.ts';
import type { utilityContract } from './core.ts';

/** What was seen, a line each on stderr, for the test to read. */
const say = (what: string, value: unknown) => process.stderr.write(`SEEN ${what} ${JSON.stringify(value)}\n`);

function supervise(home: string): CoreSupervisor<MessagePortMain> {
  return superviseCore<MessagePortMain>({
    home,
    start: (listeners) => startUtility(join(import.meta.dirname, 'core.cjs'), listeners),
    createChannel: () => new MessageChannelMain(),
    pick: ({ kind }) => Promise.resolve(`/picked/${kind}`),
    log: (line) => say('log', line),
    giveUp: (error) => say('gave up', error.message),
  });
}

async function run(): Promise<void> {
  await app.whenReady();
  await supervise('fail').started.catch((error: unknown) => say('failed', String(error)));
  const core = supervise('home');
  const clientId = newClientId();
  const port = await new Promise<MessagePortMain>((resolve) => core.connect(clientId, resolve));
  port.start();
  const client: ContractRouterClient<typeof utilityContract> = createORPCClient(new RPCLink({ port }));
  say('who', (await client.whoAmI()).clientId === clientId);
  say('pick', await client.pick());
  const counted: number[] = [];
  for await (const number of await client.count({ to: 3 })) counted.push(number);
  say('count', counted);
  port.close();
  await core.dispose();
  say('disposed', true);
  app.exit(0);
}

run().catch((error: unknown) => {
  say('error', error instanceof Error ? error.stack : String(error));
  app.exit(1);
});
