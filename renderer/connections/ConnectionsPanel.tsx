import { Plus, RefreshCw, Unplug } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Connection } from '../../contract/connections.ts';
import { runCommand } from '../commands/index.ts';
import { Button, Disclosure, EmptyState, IconButton, Region, SearchField } from '../ui/index.ts';
import { ConnectionItem } from './ConnectionItem.tsx';
import { useConnections } from './connectionsStore.ts';
import { KubeconfigFiles } from './KubeconfigFiles.tsx';

/** From so many contexts on they can be searched. */
const manyConnections = 8;

/** Every way to a cluster that a kubeconfig knows, how it is, and the files that they come from. */
export function ConnectionsPanel() {
  const { loaded, connections, files } = useConnections();
  return (
    <Region
      name="Connections"
      actions={
        <>
          <IconButton label="Check all connections" size="small" disabled={connections.length === 0} onClick={() => runCommand('connections.checkAll')}>
            <RefreshCw size={15} aria-hidden />
          </IconButton>
          <IconButton label="Add a kubeconfig" size="small" onClick={() => runCommand('connections.addFile')}>
            <Plus size={16} aria-hidden />
          </IconButton>
        </>
      }
    >
      <div className="flex h-full min-h-0 flex-col overflow-auto" tabIndex={-1}>
        {loaded && connections.length === 0 ? <NoConnections /> : <ConnectionList connections={connections} />}
        {files.length > 0 && (
          <Disclosure title="Kubeconfig files" count={files.length}>
            <KubeconfigFiles files={files} />
          </Disclosure>
        )}
      </div>
    </Region>
  );
}

function NoConnections() {
  return (
    <div className="min-h-72 shrink-0 border-b border-line">
      <EmptyState
        icon={<Unplug size={28} strokeWidth={1.5} aria-hidden />}
        title="No cluster is known"
        actions={
          <Button variant="primary" onClick={() => runCommand('connections.addFile')}>
            Add a kubeconfig
          </Button>
        }
      >
        <p>Contexts of your kubeconfig show up here by themselves. To get one:</p>
        <ul className="mt-2 flex flex-col gap-1.5 text-left">
          {hints.map(([what, command]) => (
            <li key={what}>
              {what}
              <code className="block select-text break-words text-xs text-text">{command}</code>
            </li>
          ))}
        </ul>
      </EmptyState>
    </div>
  );
}

const hints = [
  ['On this computer', 'kind create cluster'],
  ['Amazon EKS', 'aws eks update-kubeconfig --name NAME'],
  ['Google GKE', 'gcloud container clusters get-credentials NAME'],
] as const;

/** Whether a search finds a connection: by any word of its names. */
function matches({ name, cluster, namespace, server }: Connection, search: string): boolean {
  const text = `${name} ${cluster} ${namespace} ${server ?? ''}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function ConnectionList({ connections }: { connections: readonly Connection[] }) {
  const [search, setSearch] = useState('');
  const shown = useMemo(() => connections.filter((one) => matches(one, search.trim())), [connections, search]);
  return (
    <>
      {connections.length >= manyConnections && (
        <div className="border-b border-line p-2">
          <SearchField label="Search connections" className="w-full" value={search} onChange={(event) => setSearch(event.target.value)} />
        </div>
      )}
      <ul aria-label="Clusters">
        {shown.map((connection) => (
          <ConnectionItem key={connection.id} connection={connection} />
        ))}
      </ul>
      {connections.length > 0 && shown.length === 0 && (
        <p role="status" className="border-b border-line p-3 text-muted">
          No connection has these words in it.
        </p>
      )}
    </>
  );
}
