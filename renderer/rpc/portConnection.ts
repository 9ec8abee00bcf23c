import { RPCLink } from '@orpc/client/message-port';
import { AppError } from '../../contract/errors.ts';
import { lostAfterMs } from './backoff.ts';
import { setConnection } from './connectionStore.ts';
import type { Switchboard } from './switchboard.ts';

/** What the preload posts, with one port: at the start, and again after the core was started anew. */
const portMessage = 'pyexekube.core-port';

/** Takes the ports that the preload hands over, each replacing the last. */
export function connectByPort(switchboard: Switchboard): void {
  let release: (() => void) | null = null;
  let patience: number | undefined;

  function lose(): void {
    release?.();
    release = null;
    const sinceMs = Date.now();
    setConnection({ status: 'reconnecting', sinceMs });
    window.clearTimeout(patience);
    patience = window.setTimeout(() => {
      setConnection({ status: 'lost', sinceMs, refused: false });
      switchboard.refuse(
        new AppError('UNAVAILABLE', 'The core of the application does not answer.', { action: 'Restart the application; nothing that was saved is lost.' }),
      );
    }, lostAfterMs);
  }

  function take(port: MessagePort): void {
    window.clearTimeout(patience);
    release?.();
    const mine = switchboard.connect(new RPCLink({ port }));
    release = mine;
    port.addEventListener('close', () => {
      if (release === mine) lose();
    });
    port.start();
    setConnection({ status: 'connected' });
  }

  window.addEventListener('message', (event) => {
    // Only the preload runs in this very window; frames inside it have another source.
    if (event.source !== window || event.data !== portMessage) return;
    const [port] = event.ports;
    if (port !== undefined) take(port);
  });
}
