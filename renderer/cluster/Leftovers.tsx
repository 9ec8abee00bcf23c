import { Box, KeyRound, LoaderCircle, RefreshCw, Trash2, Workflow } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Connection } from '../../contract/connections.ts';
import type { Leftover } from '../../contract/jobs.ts';
import { ageText, useNow } from '../lib/age.ts';
import { useJobsStore } from '../jobs/index.ts';
import { Button, Disclosure, IconButton } from '../ui/index.ts';
import { leftoversOf, readLeftovers, removeLeftovers, spent, useLeftovers } from './leftoversStore.ts';

const icons: Record<Leftover['kind'], React.ReactNode> = {
  Job: <Workflow size={14} aria-hidden />,
  Pod: <Box size={14} aria-hidden />,
  Secret: <KeyRound size={14} aria-hidden />,
};

/** How often a list that changes by itself is read again. */
const rereadMs = 5000;

/** What this application has left in the namespace that runs go to: looked at on request, removed by one press. */
export function Leftovers({ connection }: { connection: Connection }) {
  const leftovers = leftoversOf(
    useLeftovers((state) => state.leftovers),
    connection,
  );
  const liveCount = useJobsStore((state) => [...state.jobs.values()].filter((job) => job.connectionId === connection.id && job.phase !== 'done').length);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const items = 'items' in leftovers ? leftovers.items : [];
  const selected = items.filter((item) => chosen.has(item.uid) && item.state !== 'deleting');
  const isRead = leftovers.state === 'read' || leftovers.state === 'reading';

  // A run that began or ended changes the list; a list that nobody asked for is not fetched.
  useEffect(() => {
    if (leftoversOf(useLeftovers.getState().leftovers, connection).state === 'read') void readLeftovers(connection);
    // eslint-disable-next-line react/exhaustive-deps -- only the number of runs is the occasion
  }, [liveCount]);

  // What lives ends in the cluster's own time, and what has lost its Job is being deleted by the cluster: looked at again while it is shown.
  const isMoving = leftovers.state === 'read' && items.some((item) => item.state === 'live' || item.state === 'deleting' || item.kind !== 'Job');
  useEffect(() => {
    if (!isMoving) return;
    const timer = setTimeout(() => void readLeftovers(connection), rereadMs);
    return () => clearTimeout(timer);
  }, [isMoving, leftovers, connection]);

  function toggle(uid: string): void {
    const next = new Set(chosen);
    if (!next.delete(uid)) next.add(uid);
    setChosen(next);
  }

  return (
    <Disclosure
      title={`Left in ${connection.namespace}`}
      count={isRead ? items.length : null}
      actions={
        isRead && (
          <IconButton label="Look again" size="small" disabled={leftovers.state === 'reading'} onClick={() => void readLeftovers(connection)}>
            <RefreshCw size={14} aria-hidden className={leftovers.state === 'reading' ? 'animate-spin' : ''} />
          </IconButton>
        )
      }
    >
      <div aria-live="polite" className="pb-2">
        {leftovers.state === 'unread' && (
          <div className="px-3">
            <p className="pb-2 text-muted">Jobs and Secrets of this application that are still in the cluster.</p>
            <Button size="small" onClick={() => void readLeftovers(connection)}>
              Look what is there
            </Button>
          </div>
        )}
        {leftovers.state === 'reading' && items.length === 0 && (
          <p className="flex items-center gap-1.5 px-3 text-muted">
            <LoaderCircle size={14} aria-hidden className="animate-spin" /> Asking the cluster…
          </p>
        )}
        {leftovers.state === 'failed' && (
          <div className="px-3">
            <p className="break-words text-danger">{leftovers.message}</p>
            {leftovers.action !== null && <p className="text-muted">{leftovers.action}</p>}
            <Button size="small" className="mt-2" onClick={() => void readLeftovers(connection)}>
              Try again
            </Button>
          </div>
        )}
        {leftovers.state === 'read' && items.length === 0 && <p className="px-3 text-muted">Nothing is left. Each run’s Job goes by itself when its time to live ends.</p>}
        {items.length > 0 && (
          <>
            <ul aria-label={`Left in ${connection.namespace}`} className="max-h-96 overflow-auto">
              {items.map((item) => (
                <LeftoverItem key={item.uid} item={item} isChosen={chosen.has(item.uid)} onToggle={() => toggle(item.uid)} />
              ))}
            </ul>
            <RemoveButton connection={connection} items={items} selected={selected} onRemoved={() => setChosen(new Set())} />
          </>
        )}
      </div>
    </Disclosure>
  );
}

function LeftoverItem({ item, isChosen, onToggle }: { item: Leftover; isChosen: boolean; onToggle(): void }) {
  const now = useNow(10_000);
  const facts = [
    `${ageText(item.createdMs, now)} old`,
    item.owner === '' ? null : item.owner,
    item.own ? null : 'not in the history here',
    { live: 'running', ended: 'ended', deleting: 'being deleted', unknown: null }[item.state],
    item.expiresMs === null ? null : `goes in ${ageText(now, item.expiresMs)}`,
  ];
  return (
    <li>
      <label className="flex items-start gap-2 py-1 pl-3 pr-2 hover:bg-hover">
        <input type="checkbox" className="mt-[3.5px] size-[13px] shrink-0 accent-accent" checked={isChosen} disabled={item.state === 'deleting'} onChange={onToggle} />
        <span className="mt-[3px] shrink-0 text-muted">{icons[item.kind]}</span>
        <span className="min-w-0">
          <span className="block truncate" title={`${item.kind} ${item.name}`}>
            {item.title ?? item.name}
            <span className="pl-1.5 text-xs text-muted">{item.kind}</span>
          </span>
          <span className="block break-words text-xs leading-4 text-muted">{facts.filter((fact) => fact !== null).join(' · ')}</span>
          {item.uncollected && <span className="block text-xs leading-4 text-warning">Its files are still to be fetched.</span>}
        </span>
      </label>
    </li>
  );
}

interface RemoveButtonProps {
  connection: Connection;
  items: readonly Leftover[];
  selected: readonly Leftover[];
  onRemoved(): void;
}

/** Removes what is ticked, or else all that has ended. */
function RemoveButton({ connection, items, selected, onRemoved }: RemoveButtonProps) {
  const target = selected.length > 0 ? selected : spent(items);
  return (
    <div className="px-3 pt-2">
      <Button
        size="small"
        disabled={target.length === 0}
        onClick={() => {
          void removeLeftovers(connection, target).then((isDone) => {
            if (isDone) onRemoved();
          });
        }}
      >
        <Trash2 size={13} aria-hidden />
        {selected.length > 0 ? `Remove what is ticked (${selected.length})…` : `Remove what has ended of your own (${target.length})…`}
      </Button>
    </div>
  );
}
