import { RPCHandler } from '@orpc/server/websocket';
import type { ClientId } from '../../contract/ids.ts';
import type { Core } from '../core/core.ts';
import type { CoreContext } from '../core/ports.ts';
import { createPresence } from './presence.ts';

/** One encoded message of oRPC, the same over sockets, ports and pipes. */
export type CallData = string | Uint8Array<ArrayBuffer>;

/** A connection to one window, whatever it is made of. */
export interface CallPort {
  /** Resolves when the next message may follow: event streams go at that pace. */
  send(data: CallData): Promise<void>;
  onMessage(listener: (data: CallData) => void): void;
  onClose(listener: () => void): void;
  /** Ends the connection, because the other side does not keep to the protocol. */
  close(): void;
}

export interface Calls {
  /** Answers a window's calls until its connection is gone, and tells the core that it is there meanwhile. */
  serve(port: CallPort, clientId: ClientId): void;
  /** The window is there without a connection, for the length of one plain call. @returns call it at the end */
  enter(clientId: ClientId): () => void;
}

export function serveCalls(core: Core): Calls {
  const handler = new RPCHandler<CoreContext>(core.router);
  const presence = createPresence(core);

  function serve(port: CallPort, clientId: ClientId): void {
    const peer = {
      send: (data: string | ArrayBufferLike | Blob | ArrayBufferView) => sendEncoded(port, data),
      // Messages are handed to the handler one by one below.
      addEventListener: () => undefined,
    };
    const leave = presence.enter(clientId);
    port.onMessage((data) => {
      handler.message(peer, typeof data === 'string' ? data : data.slice().buffer, { context: { clientId } }).catch(() => port.close());
    });
    port.onClose(() => {
      handler.close(peer);
      leave();
    });
  }

  return { serve, enter: (clientId) => presence.enter(clientId) };
}

async function sendEncoded(port: CallPort, data: string | ArrayBufferLike | Blob | ArrayBufferView): Promise<void> {
  if (typeof data === 'string') return port.send(data);
  if (data instanceof Blob) return port.send(new Uint8Array(await data.arrayBuffer()));
  if (ArrayBuffer.isView(data)) return port.send(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice());
  return port.send(new Uint8Array(data).slice());
}
