import type { ClientId } from '../../contract/ids.ts';
import type { Core } from '../core/core.ts';

/** Tells the core which windows are there. One window may have several connections at once, for a moment at least. */
export interface Presence {
  /** A connection of this window is up. @returns call it once that connection is gone. */
  enter(clientId: ClientId): () => void;
}

export function createPresence(core: Pick<Core, 'connected' | 'clientGone'>): Presence {
  const counts = new Map<ClientId, number>();

  function enter(clientId: ClientId): () => void {
    const count = counts.get(clientId) ?? 0;
    counts.set(clientId, count + 1);
    if (count === 0) core.connected(clientId);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const rest = (counts.get(clientId) ?? 1) - 1;
      if (rest > 0) {
        counts.set(clientId, rest);
        return;
      }
      counts.delete(clientId);
      core.clientGone(clientId);
    };
  }

  return { enter };
}
