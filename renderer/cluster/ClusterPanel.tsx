import { Ellipsis, ShipWheel } from 'lucide-react';
import { useMemo } from 'react';
import type { Connection } from '../../contract/connections.ts';
import { runCommand } from '../commands/index.ts';
import { HealthMark, showConnection, useConnections } from '../connections/index.ts';
import { useJobsStore } from '../jobs/index.ts';
import { classes } from '../lib/classes.ts';
import { ProfileList } from '../profiles/index.ts';
import { Button, Disclosure, EmptyState, IconButton, Menu, Region, Select } from '../ui/index.ts';
import { useCluster, useShownConnection } from './clusterStore.ts';
import { Leftovers } from './Leftovers.tsx';
import { LiveRuns } from './LiveRuns.tsx';
import { liveInOrder } from './queueMoves.ts';

/** What goes on in the clusters: runs and their queue, the profiles to run with, what is left, and how a namespace is set up. */
export function ClusterPanel() {
  const loaded = useConnections((state) => state.loaded);
  const connection = useShownConnection();
  const known = useJobsStore((state) => state.jobs);
  const jobs = useMemo(() => liveInOrder(known.values()), [known]);
  const isEmpty = loaded && connection === null && jobs.length === 0;
  return (
    <Region
      name="Cluster"
      actions={
        <Menu
          align="end"
          items={[
            { kind: 'item', label: 'New job profile…', run: () => runCommand('profiles.new') },
            { kind: 'item', label: 'Import job profiles…', run: () => runCommand('profiles.import') },
            { kind: 'separator' },
            { kind: 'item', label: 'Set up a namespace…', disabled: connection === null, run: () => runCommand('cluster.setup') },
            { kind: 'item', label: 'Connections', run: () => runCommand('connections.show') },
          ]}
        >
          <IconButton label="More" size="small">
            <Ellipsis size={15} aria-hidden />
          </IconButton>
        </Menu>
      }
    >
      <div className="flex h-full min-h-0 flex-col overflow-auto" tabIndex={-1}>
        {isEmpty && <NoCluster />}
        {connection !== null && <Place connection={connection} />}
        {!isEmpty && (
          <Disclosure title="Runs" count={jobs.length}>
            <LiveRuns jobs={jobs} />
          </Disclosure>
        )}
        <ProfileList />
        {connection !== null && (
          <>
            <Leftovers key={`${connection.id} ${connection.namespace}`} connection={connection} />
            <div className="p-3">
              <p className="pb-2 text-muted">A cluster of a company needs a namespace with a few rights. Here is the least that it takes.</p>
              <Button size="small" onClick={() => runCommand('cluster.setup')}>
                Set up a namespace…
              </Button>
            </div>
          </>
        )}
      </div>
    </Region>
  );
}

function NoCluster() {
  return (
    <div className="min-h-60 shrink-0 border-b border-line">
      <EmptyState
        icon={<ShipWheel size={28} strokeWidth={1.5} aria-hidden />}
        title="No cluster to run on"
        actions={
          <Button variant="primary" onClick={() => showConnection(null)}>
            Go to the connections
          </Button>
        }
      >
        Runs on a cluster, their queue and what they leave behind show up here, once there is a connection.
      </EmptyState>
    </div>
  );
}

/** Which cluster and namespace the rest of the panel is about. */
function Place({ connection }: { connection: Connection }) {
  const connections = useConnections((state) => state.connections);
  const options = connections.filter((one) => one.problem === null || one.id === connection.id).map((one) => ({ value: one.id, label: one.name, icon: <HealthMark connection={one} /> }));
  return (
    <div className={classes('flex flex-col gap-1 border-b border-line px-3 py-2', connection.production && 'shadow-[inset_3px_0_0_var(--danger)]')}>
      <Select label="Shown cluster" className="w-full" value={connection.id} options={options} onChange={(chosenId) => useCluster.setState({ chosenId })} />
      <p className="flex flex-wrap items-center gap-x-1.5 text-xs leading-4 text-muted">
        <HealthMark connection={connection} />
        <button type="button" className="min-w-0 truncate hover:text-text hover:underline" title="Change it under Connections" onClick={() => showConnection(connection.id)}>
          namespace {connection.namespace}
        </button>
        {connection.production && <span className="rounded bg-danger-soft px-1 font-semibold text-danger">Production</span>}
      </p>
    </div>
  );
}
