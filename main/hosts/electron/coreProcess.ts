import { toAppError } from '../../../contract/errors.ts';
import type { Core } from '../../core/core.ts';
import type { CoreOptions, PickRequest } from '../../core/ports.ts';
import { serveCalls, type Calls } from '../calls.ts';
import { ToCore } from './coreMessages.ts';
import { findParent, type Parent } from './coreParent.ts';
import { createRelays } from './relays.ts';

interface Running {
  core: Core;
  calls: Calls;
}

/** What the main process decides of the core. */
export type CoreSettings = Required<Pick<CoreOptions, 'home' | 'pick' | 'log'>>;

/**
 * Is the core's process, Electron's utility process or a plain Node child, until the main process ends it or ends itself.
 *
 * @param open makes the core; what it throws is told to the main process, and this process ends
 */
export function runCoreProcess(open: (settings: CoreSettings) => Promise<Core>): void {
  const parent = findParent();
  const relays = createRelays((channel, data) => parent.post({ type: 'data', channel, data }));
  const picks = createPicks(parent);
  let running: Running | null = null;

  async function start(home: string): Promise<void> {
    const core = await open({ home, pick: picks.ask, log: (line) => void parent.post({ type: 'log', line }) });
    running = { core, calls: serveCalls(core) };
    await parent.post({ type: 'ready' });
  }

  async function fail(error: unknown): Promise<void> {
    const { code, message, action } = toAppError(error);
    await parent.post({ type: 'failed', code, message, ...(action === undefined ? {} : { action }) });
    process.exit(1);
  }

  async function end(): Promise<void> {
    await running?.core.dispose();
    process.exit(0);
  }

  parent.onMessage((raw, port) => {
    const message = ToCore.parse(raw);
    switch (message.type) {
      case 'start':
        start(message.home).catch(fail);
        break;
      case 'connect':
        running?.calls.serve(port ?? relays.open(message.channel), message.clientId);
        break;
      case 'data':
        relays.deliver(message.channel, message.data);
        break;
      case 'disconnect':
        relays.close(message.channel);
        break;
      case 'picked':
        picks.answer(message.id, message.path);
        break;
      case 'dispose':
        void end();
        break;
    }
  });
  // Without the application there is nobody to serve; what runs is marked by the next start.
  parent.onGone(() => void end());
}

/** Questions to the person that wait for an answer. */
function createPicks(parent: Parent): { ask(request: PickRequest): Promise<string | null>; answer(id: number, path: string | null): void } {
  const waiting = new Map<number, (path: string | null) => void>();
  let last = 0;
  return {
    ask: (request) =>
      new Promise((resolve) => {
        const id = ++last;
        waiting.set(id, resolve);
        void parent.post({ type: 'pick', id, request });
      }),
    answer: (id, path) => {
      waiting.get(id)?.(path);
      waiting.delete(id);
    },
  };
}
