import { fork } from 'node:child_process';
import type { ClientId } from '../../../contract/ids.ts';
import type { CoreChild, CoreListeners } from './coreChild.ts';
import { FromCore, type ToCore } from './coreMessages.ts';

/** The part of Electron's MessagePortMain that is used here. */
export interface WindowPort {
  postMessage(data: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/**
 * The core as a plain Node child, which cannot be given a port: the main process passes its messages on.
 *
 * @param node path of a Node of minNodeMajor or newer
 * @param entry core.cjs
 * @param execArgv options of Node's own, for debugging
 */
export function startNode(node: string, entry: string, listeners: CoreListeners, execArgv: readonly string[] = []): CoreChild<WindowPort> {
  const child = fork(entry, [], {
    execPath: node,
    execArgv: [...execArgv],
    // Structured clones: calls may carry bytes.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ports = new Map<number, WindowPort>();
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

  function connect(clientId: ClientId, port: WindowPort): void {
    const channel = channels++;
    ports.set(channel, port);
    post({ type: 'connect', channel, clientId });
    port.on('message', ({ data }) => {
      // What is no message of oRPC, a page sent that does not keep to the protocol.
      if (typeof data === 'string' || isBytes(data)) post({ type: 'data', channel, data });
      else port.close();
    });
    port.on('close', () => {
      if (ports.delete(channel)) post({ type: 'disconnect', channel });
    });
    port.start();
  }

  return { post, connect, kill: () => void child.kill('SIGKILL') };
}

function isBytes(data: unknown): data is Uint8Array<ArrayBuffer> {
  return data instanceof Uint8Array && data.buffer instanceof ArrayBuffer;
}
