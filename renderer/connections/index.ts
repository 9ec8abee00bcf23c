export { connectionCommands } from './connectionCommands.ts';
export { ConnectionsPanel } from './ConnectionsPanel.tsx';
export { connectionById, followConnections, isUsable, useConnectionById, useConnections, usualConnection } from './connectionsStore.ts';
export { showConnection, showSignInCommand } from './connectionsView.ts';
export { HealthMark } from './HealthMark.tsx';
export { healthWords } from './healthWords.ts';
export { SignInCommandDialog } from './SignInCommandDialog.tsx';
