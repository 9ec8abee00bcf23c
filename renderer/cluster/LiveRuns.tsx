import { ArrowDown, ArrowUp, CircleDashed, LoaderCircle, X } from 'lucide-react';
import { useState } from 'react';
import type { Job } from '../../contract/jobs.ts';
import { ageText, useNow } from '../lib/age.ts';
import { cancelRun, openFollowed } from '../jobs/index.ts';
import { classes } from '../lib/classes.ts';
import { core } from '../rpc/index.ts';
import { IconButton, reportError } from '../ui/index.ts';
import { moveDown, moveTo, moveUp, type Move } from './queueMoves.ts';
import { phaseSinceMs, phaseWords } from './phaseWords.ts';

async function move(job: Job, to: Move | null): Promise<void> {
  if (to === null) return;
  try {
    await core.jobs.reorder({ runId: job.runId, before: to.before });
  } catch (error) {
    reportError(error);
  }
}

/** The runs that are not done: those that live, then those that wait for their turn and can be moved. */
export function LiveRuns({ jobs }: { jobs: readonly Job[] }) {
  const now = useNow(1000);
  const [dragged, setDragged] = useState<Job | null>(null);
  const [over, setOver] = useState<Job | null>(null);
  if (jobs.length === 0) return <p className="px-3 pb-2.5 text-muted">Nothing runs or waits on a cluster.</p>;

  function drop(): void {
    if (dragged !== null && over !== null) void move(dragged, moveTo(jobs, dragged, over));
    setDragged(null);
    setOver(null);
  }

  return (
    <ol aria-label="Live runs" className="pb-1.5">
      {jobs.map((job) => {
        const waits = job.phase === 'queued';
        const since = phaseSinceMs(job);
        return (
          <li
            key={job.runId}
            draggable={waits}
            className={classes('group flex items-start gap-1 py-1 pl-3 pr-1.5 hover:bg-hover', over?.runId === job.runId && dragged !== null && 'shadow-[inset_0_2px_0_var(--accent)]')}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              setDragged(job);
            }}
            onDragOver={(event) => {
              if (dragged === null || !waits || dragged.connectionId !== job.connectionId) return;
              event.preventDefault();
              setOver(job);
            }}
            onDrop={drop}
            onDragEnd={drop}
          >
            <span className="mt-[3px] w-[18px] shrink-0">
              {waits ? <CircleDashed size={14} aria-hidden className="text-muted" /> : <LoaderCircle size={14} aria-hidden className="animate-spin text-accent-text" />}
            </span>
            <button type="button" className="min-w-0 grow text-left" title="Show its output" onClick={() => openFollowed(job.runId).catch(reportError)}>
              <span className="block truncate">{job.title}</span>
              <span className="block truncate text-xs leading-4 text-muted">
                {phaseWords(job)}
                {since !== null && ` · ${ageText(since, now)}`}
                {` · ${job.connectionName}/${job.namespace}`}
              </span>
              {job.waitingFor !== null && <span className="block break-words text-xs leading-4 text-warning">{job.waitingFor}</span>}
            </button>
            {waits && (
              <>
                <IconButton label={`Move “${job.title}” up`} size="small" disabled={moveUp(jobs, job) === null} onClick={() => void move(job, moveUp(jobs, job))}>
                  <ArrowUp size={14} aria-hidden />
                </IconButton>
                <IconButton label={`Move “${job.title}” down`} size="small" disabled={moveDown(jobs, job) === null} onClick={() => void move(job, moveDown(jobs, job))}>
                  <ArrowDown size={14} aria-hidden />
                </IconButton>
              </>
            )}
            <IconButton label={waits ? `Take “${job.title}” out of the queue` : `Cancel “${job.title}”`} size="small" onClick={() => cancelRun(job.runId).catch(reportError)}>
              <X size={15} aria-hidden />
            </IconButton>
          </li>
        );
      })}
    </ol>
  );
}
