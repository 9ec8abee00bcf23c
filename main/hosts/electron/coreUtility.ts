import { utilityProcess, type MessagePortMain } from 'electron';
import type { CoreChild, CoreListeners } from './coreChild.ts';
import { FromCore, type ToCore } from './coreMessages.ts';

/** The core as Electron's utility process, which talks to the windows without the main process between them. @param entry core.cjs */
export function startUtility(entry: string, listeners: CoreListeners): CoreChild<MessagePortMain> {
  const child = utilityProcess.fork(entry, [], { serviceName: 'PyExeKube core', stdio: 'inherit' });
  let channels = 0;
  child.on('message', (raw: unknown) => {
    const message = FromCore.parse(raw);
    if (message.type !== 'data') listeners.message(message);
  });
  child.on('exit', (code) => listeners.exit(code));
  return {
    post: (message) => child.postMessage(message),
    connect: (clientId, port) => {
      const message: ToCore = { type: 'connect', channel: channels++, clientId };
      child.postMessage(message, [port]);
    },
    kill: () => void child.kill(),
  };
}
