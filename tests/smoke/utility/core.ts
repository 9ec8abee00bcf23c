import './oldGlobals.ts';
import { eventIterator, oc } from '@orpc/contract';
import { implement } from '@orpc/server';
import { z } from 'zod';
import type { Core } from '../../../main/core/core.ts';
import type { CoreContext } from '../../../main/core/ports.ts';
import { runCoreProcess } from '../../../main/hosts/electron/coreProcess.ts';

/** What is asked in the test: the real core's database needs a newer Node than the Electron that is at hand has. */
export const utilityContract = {
  whoAmI: oc.output(z.object({ clientId: z.string(), home: z.string() })),
  pick: oc.output(z.object({ path: z.string().nullable() })),
  count: oc.input(z.object({ to: z.number() })).output(eventIterator(z.number())),
};

runCoreProcess(async ({ home, pick, log }) => {
  if (home === 'fail') throw new Error('It was told to fail.');
  const os = implement(utilityContract).$context<CoreContext>();
  const router = os.router({
    whoAmI: os.whoAmI.handler(({ context }) => ({ clientId: context.clientId, home })),
    pick: os.pick.handler(async () => ({ path: await pick({ kind: 'openFile' }) })),
    count: os.count.handler(async function* ({ input }) {
      for (let i = 1; i <= input.to; i++) yield i;
    }),
  });
  const core: Omit<Core, 'router'> & { router: typeof router } = {
    router,
    connected: () => log('connected'),
    clientGone: () => log('gone'),
    dispose: () => Promise.resolve(),
  };
  // Hosts know nothing of a router but that it answers.
  return core as unknown as Core;
});
