import { create } from 'zustand';
import type { Connection, ConnectionId } from '../../contract/connections.ts';
import { useConnections, usualConnection } from '../connections/index.ts';
import { useSettings } from '../settings/index.ts';

/** The connection that was chosen in the panel; null to follow the target of runs. */
export const useCluster = create<{ chosenId: ConnectionId | null }>()(() => ({ chosenId: null }));

function shown(connections: readonly Connection[], chosenId: string | null, target: string): Connection | null {
  return connections.find((one) => one.id === chosenId) ?? connections.find((one) => one.id === target) ?? usualConnection(connections);
}

/** The connection that the panel is about: the chosen one, else the target of runs, else the usual one; null if none can be used. */
export function shownConnection(): Connection | null {
  return shown(useConnections.getState().connections, useCluster.getState().chosenId, useSettings.getState().settings.target);
}

/** The same, followed. */
export function useShownConnection(): Connection | null {
  const chosenId = useCluster((state) => state.chosenId);
  const target = useSettings((state) => state.settings.target);
  return useConnections((state) => shown(state.connections, chosenId, target));
}
