import type { Command } from '../commands/index.ts';
import { shownConnection } from './clusterStore.ts';
import { readLeftovers } from './leftoversStore.ts';
import { showSetup } from './SetupDialog.tsx';

function hasConnection(): boolean {
  return shownConnection() !== null;
}

/** @param show shows the Cluster region */
export function clusterCommands(show: () => void): Command[] {
  return [
    { id: 'cluster.show', title: 'Go to the cluster', category: 'Cluster', run: show },
    { id: 'cluster.setup', title: 'Set up a namespace…', category: 'Cluster', isEnabled: hasConnection, run: showSetup },
    {
      id: 'cluster.cleanUp',
      title: 'Look what is left in the namespace',
      category: 'Cluster',
      isEnabled: hasConnection,
      run: async () => {
        show();
        const connection = shownConnection();
        if (connection !== null) await readLeftovers(connection);
      },
    },
  ];
}
