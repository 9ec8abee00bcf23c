import { Buffer } from 'node:buffer';
import type { RawData, WebSocket } from 'ws';
import type { CallData, CallPort } from '../calls.ts';

/** Bytes waiting to be sent above which answers wait and no further calls are read; below the low mark both go on. */
const highMarkBytes = 8 * 1024 * 1024;
const lowMarkBytes = 1024 * 1024;
const heartbeatMs = 15_000;

/**
 * A WebSocket as a connection to a window.
 *
 * Back-pressure: an answer counts as sent when fewer than highMarkBytes wait, so an event stream goes at its reader's pace; and a
 * client that does not read its answers is not read from either.
 */
export function socketPort(socket: WebSocket): CallPort {
  let waiting: (() => void)[] = [];

  function release(): void {
    if (socket.bufferedAmount > lowMarkBytes && socket.readyState === socket.OPEN) return;
    if (socket.isPaused) socket.resume();
    const resolved = waiting;
    waiting = [];
    for (const resolve of resolved) resolve();
  }

  function send(data: CallData): Promise<void> {
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    socket.send(data, release);
    if (socket.bufferedAmount <= highMarkBytes) return Promise.resolve();
    socket.pause();
    return new Promise((resolve) => waiting.push(resolve));
  }

  socket.on('close', release);
  // A broken frame or a message over the limit ends the connection; 'close' follows.
  socket.on('error', () => undefined);
  keepAlive(socket);
  return {
    send,
    onMessage: (listener) => void socket.on('message', (data, isBinary) => listener(isBinary ? new Uint8Array(toBuffer(data)) : toBuffer(data).toString('utf8'))),
    onClose: (listener) => void socket.on('close', listener),
    close: () => socket.close(1002),
  };
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
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
