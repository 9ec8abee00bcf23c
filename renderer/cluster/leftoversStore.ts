import { create } from 'zustand';
import type { Connection } from '../../contract/connections.ts';
import { toAppError } from '../../contract/errors.ts';
import type { Leftover } from '../../contract/jobs.ts';
import { core } from '../rpc/index.ts';
import { ask, notify, reportError } from '../ui/index.ts';
import { removalWords } from './removalWords.ts';

/** Where was looked: another connection or namespace makes the list void. */
interface Place {
  connectionId: Connection['id'];
  namespace: string;
}

export type LeftoversState =
  | { state: 'unread' }
  | { state: 'reading'; place: Place; items: readonly Leftover[] }
  | { state: 'read'; place: Place; items: readonly Leftover[] }
  | { state: 'failed'; place: Place; message: string; action: string | null };

const unread: LeftoversState = { state: 'unread' };

/** What this application has left in a namespace, as it was when it was looked at; nothing is asked before. */
export const useLeftovers = create<{ leftovers: LeftoversState }>()(() => ({ leftovers: unread }));

function isSamePlace(a: Place, b: Place): boolean {
  return a.connectionId === b.connectionId && a.namespace === b.namespace;
}

/** The list of this place; `unread` when another was looked at. */
export function leftoversOf(leftovers: LeftoversState, { id, namespace }: Connection): LeftoversState {
  return leftovers.state !== 'unread' && isSamePlace(leftovers.place, { connectionId: id, namespace }) ? leftovers : unread;
}

/** Looks into the namespace that runs of this connection go to. */
export async function readLeftovers({ id, namespace }: Connection): Promise<void> {
  const place = { connectionId: id, namespace };
  const before = useLeftovers.getState().leftovers;
  const items = 'items' in before && isSamePlace(before.place, place) ? before.items : [];
  useLeftovers.setState({ leftovers: { state: 'reading', place, items } });
  const isCurrent = (): boolean => {
    const { leftovers } = useLeftovers.getState();
    return leftovers.state !== 'unread' && isSamePlace(leftovers.place, place);
  };
  try {
    const answer = await core.jobs.leftovers(place);
    if (isCurrent()) useLeftovers.setState({ leftovers: { state: 'read', place, items: answer.items } });
  } catch (caught) {
    const error = toAppError(caught);
    if (isCurrent()) useLeftovers.setState({ leftovers: { state: 'failed', place, message: error.message, action: error.action ?? null } });
  }
}

/** What one press removes: what has ended of this computer's runs, and has nothing that is still to be fetched. What may be somebody else's is ticked one by one. */
export function spent(items: readonly Leftover[]): Leftover[] {
  return items.filter((item) => item.own && (item.state === 'ended' || item.state === 'unknown') && !item.uncollected);
}

/** Asks, then removes some of what was found. @returns whether it was done */
export async function removeLeftovers(connection: Connection, items: readonly Leftover[]): Promise<boolean> {
  const answer = await ask({
    ...removalWords(items, connection),
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'remove', label: 'Remove', variant: 'danger' },
    ],
  });
  if (answer !== 'remove') return false;
  try {
    const { deleted, failed } = await core.jobs.cleanUp({
      connectionId: connection.id,
      namespace: connection.namespace,
      items: items.slice(0, 1000).map(({ kind, name, uid }) => ({ kind, name, uid })),
    });
    const first = failed[0];
    if (first === undefined) notify({ severity: 'success', message: deleted === 1 ? 'One object is removed.' : `${deleted} objects are removed.` });
    else notify({ severity: 'error', message: `${failed.length} of ${items.length} could not be removed.`, detail: `${first.kind} ${first.name}: ${first.message}` });
  } catch (error) {
    reportError(error);
  }
  await readLeftovers(connection);
  return true;
}
