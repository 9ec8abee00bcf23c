import { create } from 'zustand';

/**
 * How the window reaches the core: `connecting` the first time, `connected`, `reconnecting` after a loss (calls wait),
 * `lost` when it takes long or was refused (calls fail at once with UNAVAILABLE or UNAUTHENTICATED; unless refused it still tries).
 */
export type ConnectionState =
  | { status: 'connecting' }
  | { status: 'connected' }
  | { status: 'reconnecting'; sinceMs: number }
  | { status: 'lost'; sinceMs: number; refused: boolean };

export const useConnection = create<ConnectionState>()(() => ({ status: 'connecting' }));

export function setConnection(state: ConnectionState): void {
  useConnection.setState(state, true);
}
