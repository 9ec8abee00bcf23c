export { clusterCommands } from './clusterCommands.ts';
export { ClusterPanel } from './ClusterPanel.tsx';
export { SetupDialog } from './SetupDialog.tsx';
