import { create } from 'zustand';
import type { Connection, ConnectionId, KubeconfigFile } from '../../contract/connections.ts';
import { core } from '../rpc/index.ts';
import { follow } from '../rpc/follow.ts';
import { reportError } from '../ui/notify/index.ts';

interface ConnectionsState {
  /** False until the core has told them the first time. */
  loaded: boolean;
  connections: readonly Connection[];
  files: readonly KubeconfigFile[];
}

/** All contexts of all kubeconfigs, as the core sees them now. */
export const useConnections = create<ConnectionsState>()(() => ({ loaded: false, connections: [], files: [] }));

/** Follows files, settings and healths, over lost connections. @returns stops it */
export function followConnections(): () => void {
  return follow(
    (signal) => core.connections.watch(undefined, { signal }),
    ({ connections, files }) => useConnections.setState({ loaded: true, connections, files }),
    { onError: reportError },
  );
}

/** The connection with this id; null when no kubeconfig has it any more. */
export function connectionById(id: ConnectionId | null): Connection | null {
  return useConnections.getState().connections.find((one) => one.id === id) ?? null;
}

/** The same, followed. */
export function useConnectionById(id: ConnectionId | null): Connection | null {
  return useConnections((state) => state.connections.find((one) => one.id === id) ?? null);
}

/** Whether runs can go there as it stands: its entry is whole, and nothing waits for an approval. */
export function isUsable({ problem, health }: Connection): boolean {
  return problem === null && health.state !== 'needsApproval';
}

/** The kubeconfigs' own current context if it can be used, else the first that can; null if none can. */
export function usualConnection(connections: readonly Connection[]): Connection | null {
  const usable = connections.filter(isUsable);
  return usable.find((one) => one.current) ?? usable[0] ?? null;
}

/** Asks a cluster for its version; what it answers is its health. */
export async function checkConnection(id: ConnectionId): Promise<void> {
  try {
    await core.connections.check({ id });
  } catch (error) {
    reportError(error);
  }
}

/** Changes what is kept about a connection. */
export async function updateConnection(id: ConnectionId, patch: { production?: boolean; namespace?: string | null; maxRuns?: number }): Promise<void> {
  try {
    await core.connections.update({ id, ...patch });
  } catch (error) {
    reportError(error);
  }
}
