import { createRouterClient } from '@orpc/server';
import { createCore } from '../../main/core/core.ts';
import { contractSuite } from './suite.ts';

contractSuite(
  'calls within the process',
  async (home) => {
    const core = await createCore({ home, host: 'test', appVersion: '0.0.0', pick: async () => '/picked.py' });
    return {
      connect: async (clientId) => createRouterClient(core.router, { context: { clientId } }),
      close: () => core.dispose(),
    };
  },
  { picked: '/picked.py' },
);
