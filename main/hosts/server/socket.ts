import { Buffer } from 'node:buffer';
import type { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import type { ClientId } from '../../../contract/ids.ts';
import type { CallContext } from '../../core/core.ts';

/** Bytes waiting to be sent above which answers wait and no further calls are read; below the low mark both go on. */
const highMarkBytes = 8 * 1024 * 1024;
const lowMarkBytes = 1024 * 1024;
const heartbeatMs = 15_000;

/**
 * Serves the core over one WebSocket until it closes.
 *
 * Back-pressure: an answer counts as sent when fewer than highMarkBytes wait, so an event stream goes at its reader's pace; and a
 * client that does not read its answers is not read from either.
 */
export function serveSocket(socket: WebSocket, handler: RPCHandler<CallContext>, clientId: ClientId): void {
  let drained: (() => void)[] = [];

  function release(): void {
    if (socket.bufferedAmount > lowMarkBytes && socket.readyState === socket.OPEN) return;
    if (socket.isPaused) socket.resume();
    const waiting = drained;
    drained = [];
    for (const resolve of waiting) resolve();
  }

  function send(data: string | ArrayBufferLike | ArrayBufferView | Blob): Promise<void> {
    if (data instanceof Blob) return data.arrayBuffer().then(send);
    socket.send(toBytes(data), release);
    if (socket.bufferedAmount <= highMarkBytes || socket.readyState !== socket.OPEN) return Promise.resolve();
    socket.pause();
    return new Promise((resolve) => drained.push(resolve));
  }

  socket.on('close', release);
  // A broken frame or a message over the limit ends the connection; 'close' follows.
  socket.on('error', () => undefined);
  keepAlive(socket);
  void handler.upgrade({ addEventListener: socket.addEventListener.bind(socket), send }, { context: { clientId } });
}

function toBytes(data: string | ArrayBufferLike | ArrayBufferView): string | Buffer {
  if (typeof data === 'string') return data;
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.from(data);
}

/** Ends a connection whose other side is gone without a word (a laptop that slept), so that its runs are not held for ever. */
function keepAlive(socket: WebSocket): void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    // Nothing is read from a paused connection, its pong neither.
    if (socket.isPaused) return;
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, heartbeatMs);
  timer.unref();
  socket.on('close', () => clearInterval(timer));
}
