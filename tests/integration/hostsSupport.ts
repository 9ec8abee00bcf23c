import { resolve } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { AppError } from '../../contract/errors.ts';
import { startNode, type WindowPort } from '../../main/hosts/electron/coreNode.ts';
import { superviseCore, type CoreSupervisor, type SupervisorOptions } from '../../main/hosts/electron/coreSupervisor.ts';

/** What the build puts in. */
const defineVersion = ['--import', 'data:text/javascript,globalThis.__APP_VERSION__="0.0.0"'];

/** Node's port with the events of Electron's. */
function windowPort(port: MessagePort): WindowPort {
  return {
    postMessage: (data) => port.postMessage(data),
    on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) => port.on(event, (data: unknown) => listener({ data })),
    start: () => port.start(),
    close: () => port.close(),
  };
}

export interface Supervised {
  supervisor: CoreSupervisor<MessagePort>;
  /** What was said so far. */
  lines: string[];
  /** Why it was given up; null while it was not. */
  gaveUp(): AppError | null;
}

/** The core as a plain Node child of this process, from its source, as the main process of Electron keeps it. */
export function superviseNodeCore(home: string, options: Partial<SupervisorOptions<MessagePort>> = {}): Supervised {
  const lines: string[] = [];
  let given: AppError | null = null;
  const supervisor = superviseCore<MessagePort>({
    home,
    start: (listeners) => {
      const child = startNode(process.execPath, resolve('main/hosts/electron/core.ts'), listeners, defineVersion);
      return { ...child, connect: (clientId, port) => child.connect(clientId, windowPort(port)) };
    },
    createChannel: () => new MessageChannel(),
    pick: () => Promise.resolve(null),
    log: (line) => void lines.push(line),
    giveUp: (error) => {
      given = error;
    },
    ...options,
  });
  return { supervisor, lines, gaveUp: () => given };
}
