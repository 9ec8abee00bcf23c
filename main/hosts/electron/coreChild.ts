import { fork } from 'node:child_process';
import { utilityProcess, type MessagePortMain } from 'electron';
import type { ClientId } from '../../../contract/ids.ts';
import { FromCore, type ToCore } from './coreMessages.ts';

/** The core's process, as the main process sees it. */
export interface CoreChild {
  post(message: ToCore): void;
  /** Gives the core a port to a window; what the window posts on its other end is answered. */
  connect(clientId: ClientId, port: MessagePortMain): void;
  kill(): void;
}

export interface CoreListeners {
  message(message: Exclude<FromCore, { type: 'data' }>): void;
  exit(code: number | null): void;
}

/** @param entry path of core.cjs */
export function startUtility(entry: string, listeners: CoreListeners): CoreChild {
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

/**
 * The core as a plain Node child, which cannot be given a port: the main process passes its messages on.
 *
 * @param node path of a Node of minNodeMajor or newer
 */
export function startNode(node: string, entry: string, listeners: CoreListeners): CoreChild {
  const child = fork(entry, [], {
    execPath: node,
    execArgv: [],
    // Structured clones: calls may carry bytes.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ports = new Map<number, MessagePortMain>();
  let channels = 0;

  function post(message: ToCore): void {
    // A child that has just died says so by 'exit'; what was under way to it is lost either way.
    if (child.connected) child.send(message, () => undefined);
  }

  child.on('message', (raw) => {
    const message = FromCore.parse(raw);
    if (message.type === 'data') ports.get(message.channel)?.postMessage(message.data);
    else listeners.message(message);
  });
  let exited = false;
  function exit(code: number | null): void {
    if (exited) return;
    exited = true;
    for (const port of ports.values()) port.close();
    ports.clear();
    listeners.exit(code);
  }
  child.on('exit', exit);
  child.on('error', () => exit(null));

  function connect(clientId: ClientId, port: MessagePortMain): void {
    const channel = channels++;
    ports.set(channel, port);
    post({ type: 'connect', channel, clientId });
    port.on('message', ({ data }) => post({ type: 'data', channel, data }));
    port.on('close', () => {
      if (ports.delete(channel)) post({ type: 'disconnect', channel });
    });
    port.start();
  }

  return { post, connect, kill: () => void child.kill('SIGKILL') };
}
