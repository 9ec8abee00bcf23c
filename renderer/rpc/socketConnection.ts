import { RPCLink } from '@orpc/client/websocket';
import { AppError } from '../../contract/errors.ts';
import type { ClientId } from '../../contract/ids.ts';
import { backoffMs, lostAfterMs } from './backoff.ts';
import { setConnection } from './connectionStore.ts';
import type { Switchboard } from './switchboard.ts';

/** Exchanges the token of the address for a cookie, and takes it out of the address, so that it stays in no bookmark. */
async function exchangeToken(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    credentials: 'same-origin',
  });
  history.replaceState(null, '', location.pathname + location.search);
  if (response.status === 401 || response.status === 403) throw refused();
  if (!response.ok) throw new AppError('UNAVAILABLE', `The server answered ${response.status} to the start of the session.`);
}

/** A socket that did not open does not say why; plain HTTP does. */
async function isRefused(clientId: ClientId): Promise<boolean> {
  try {
    const response = await fetch('/api/system/info', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-pyexekube-client': clientId },
      body: '{}',
      credentials: 'same-origin',
    });
    return response.status === 401 || response.status === 403;
  } catch {
    return false;
  }
}

/**
 * Keeps one WebSocket to the server open, and opens a new one, with growing pauses, when it closes.
 * @returns tries at once instead of waiting for the next turn
 */
export function connectBySocket(switchboard: Switchboard, clientId: ClientId): () => void {
  let attempt = 0;
  let timer: number | undefined;
  let everConnected = false;
  let lostSinceMs: number | null = null;

  async function open(): Promise<void> {
    try {
      await exchangeToken();
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return giveUp(error);
      return retry();
    }
    const address = new URL(`/rpc?client=${clientId}`, location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    let release: (() => void) | null = null;
    socket.addEventListener('open', () => {
      window.clearTimeout(timer);
      timer = undefined;
      attempt = 0;
      everConnected = true;
      lostSinceMs = null;
      release = switchboard.connect(new RPCLink({ websocket: socket }));
      setConnection({ status: 'connected' });
    });
    socket.addEventListener('close', () => void closed(release));
  }

  async function closed(release: (() => void) | null): Promise<void> {
    release?.();
    lostSinceMs ??= Date.now();
    if (everConnected) setConnection({ status: 'reconnecting', sinceMs: lostSinceMs });
    if (release === null && (await isRefused(clientId))) return giveUp(refused());
    retry();
  }

  function retry(): void {
    lostSinceMs ??= Date.now();
    if (Date.now() - lostSinceMs > lostAfterMs) {
      setConnection({ status: 'lost', sinceMs: lostSinceMs, refused: false });
      switchboard.refuse(
        new AppError('UNAVAILABLE', 'The server does not answer.', { action: 'Start it again with `npm run serve`, and open the address that it prints.' }),
      );
    }
    openAfter(backoffMs(attempt++));
  }

  function openAfter(ms: number): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      timer = undefined;
      void open();
    }, ms);
  }

  function giveUp(error: AppError): void {
    setConnection({ status: 'lost', sinceMs: lostSinceMs ?? Date.now(), refused: true });
    switchboard.refuse(error);
    // Another window of this browser may show the new token; its cookie is this one's, too, and what was typed here is saved then.
    openAfter(lostAfterMs / 2);
  }

  void open();
  return () => {
    if (timer !== undefined) openAfter(0);
  };
}

function refused(): AppError {
  return new AppError('UNAUTHENTICATED', 'The server does not know this window.', {
    action: 'Open the address that the server printed when it started, with its token.',
  });
}
