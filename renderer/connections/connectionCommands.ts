import type { Command } from '../commands/index.ts';
import { choosePath } from '../paths/index.ts';
import { core } from '../rpc/index.ts';
import { notify, reportError } from '../ui/index.ts';
import { checkConnection, isUsable, useConnections } from './connectionsStore.ts';

/** @param show shows the Connections region */
export function connectionCommands(show: () => void): Command[] {
  return [
    { id: 'connections.show', title: 'Go to the connections', category: 'Cluster', run: show },
    {
      id: 'connections.addFile',
      title: 'Add a kubeconfig…',
      category: 'Cluster',
      run: async () => {
        if (await addFile()) show();
      },
    },
    {
      id: 'connections.checkAll',
      title: 'Check all connections',
      category: 'Cluster',
      isEnabled: () => useConnections.getState().connections.some(isUsable),
      run: async () => {
        show();
        await Promise.all(useConnections.getState().connections.filter(isUsable).map(({ id }) => checkConnection(id)));
      },
    },
  ];
}

/** Asks for a kubeconfig and adds it. @returns whether one was added */
async function addFile(): Promise<boolean> {
  const path = await choosePath({ kind: 'openFile' });
  if (path === null) return false;
  const { connections, files } = await core.connections.addFile({ path });
  useConnections.setState({ loaded: true, connections, files });
  const added = files.find((file) => file.path === path);
  if (added?.state.state === 'broken') {
    notify({ severity: 'warning', message: 'The kubeconfig is added, but it is broken.', detail: 'Its line is named under “Kubeconfig files”; its contexts show up as soon as it is mended.' });
  }
  return true;
}

/** Forgets an added kubeconfig; the file stays. */
export async function forgetFile(path: string): Promise<void> {
  try {
    const { connections, files } = await core.connections.removeFile({ path });
    useConnections.setState({ connections, files });
    notify({
      severity: 'info',
      message: `${path} is forgotten; the file itself stays.`,
      action: { label: 'Add it again', run: () => void core.connections.addFile({ path }).catch(reportError) },
    });
  } catch (error) {
    reportError(error);
  }
}
