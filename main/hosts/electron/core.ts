import { toAppError } from '../../../contract/errors.ts';
import { createCore, type Core } from '../../core/core.ts';
import type { PickRequest } from '../../core/ports.ts';
import { serveCalls, type Calls } from '../calls.ts';
import { ToCore } from './coreMessages.ts';
import { findParent } from './coreParent.ts';
import { createRelays } from './relays.ts';

/** The core's process: Electron's utility process, or a plain Node child. */
const parent = findParent();
const picks = new Map<number, (path: string | null) => void>();
const relays = createRelays((channel, data) => parent.post({ type: 'data', channel, data }));

interface Running {
  core: Core;
  calls: Calls;
}
let running: Running | null = null;

async function start(home: string): Promise<void> {
  const core = await createCore({ home, host: 'electron', appVersion: __APP_VERSION__, pick, log: (line) => void parent.post({ type: 'log', line }) });
  running = { core, calls: serveCalls(core) };
  await parent.post({ type: 'ready' });
}

function pick(request: PickRequest): Promise<string | null> {
  const id = picks.size === 0 ? 1 : Math.max(...picks.keys()) + 1;
  return new Promise((resolve) => {
    picks.set(id, resolve);
    void parent.post({ type: 'pick', id, request });
  });
}

async function end(code: number): Promise<never> {
  await running?.core.dispose();
  process.exit(code);
}

async function fail(error: unknown): Promise<void> {
  const { code, message, action } = toAppError(error);
  await parent.post({ type: 'failed', code, message, ...(action === undefined ? {} : { action }) });
  process.exit(1);
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
      picks.get(message.id)?.(message.path);
      picks.delete(message.id);
      break;
    case 'dispose':
      void end(0);
      break;
  }
});
// Without the application there is nobody to serve; what runs is marked by the next start.
parent.onGone(() => void end(0));
