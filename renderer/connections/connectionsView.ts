import { create } from 'zustand';
import type { ConnectionId } from '../../contract/connections.ts';
import { runCommand } from '../commands/index.ts';

interface ConnectionsView {
  /** The connection whose details are unfolded. */
  openId: ConnectionId | null;
  /** The connection whose sign-in command is being looked at. */
  approvingId: ConnectionId | null;
}

export const useConnectionsView = create<ConnectionsView>()(() => ({ openId: null, approvingId: null }));

/** Shows the Connections region, with this connection unfolded. */
export function showConnection(id: ConnectionId | null): void {
  useConnectionsView.setState({ openId: id });
  runCommand('connections.show');
}

/** Shows the program that a connection signs in with, to be allowed or not. */
export function showSignInCommand(id: ConnectionId | null): void {
  useConnectionsView.setState({ approvingId: id });
}
