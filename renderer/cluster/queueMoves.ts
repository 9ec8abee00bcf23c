import type { RunId } from '../../contract/ids.ts';
import type { Job } from '../../contract/jobs.ts';

/** What a move of a waiting run is to the core: before which other of the same connection, null for the end. */
export interface Move {
  before: RunId | null;
}

/** The waiting runs of one connection, in their order. */
function queueOf(jobs: readonly Job[], { connectionId }: Pick<Job, 'connectionId'>): Job[] {
  return jobs.filter((job) => job.connectionId === connectionId && job.queuePosition !== null).sort((a, b) => (a.queuePosition ?? 0) - (b.queuePosition ?? 0));
}

/** One place up; null for the first. */
export function moveUp(jobs: readonly Job[], job: Job): Move | null {
  const queue = queueOf(jobs, job);
  const index = queue.findIndex((one) => one.runId === job.runId);
  const above = queue[index - 1];
  return above === undefined ? null : { before: above.runId };
}

/** One place down; null for the last. */
export function moveDown(jobs: readonly Job[], job: Job): Move | null {
  const queue = queueOf(jobs, job);
  const index = queue.findIndex((one) => one.runId === job.runId);
  if (index === -1 || index === queue.length - 1) return null;
  return { before: queue[index + 2]?.runId ?? null };
}

/** To where another one stands, as dragging does; null when it stays. */
export function moveTo(jobs: readonly Job[], job: Job, target: Job): Move | null {
  const queue = queueOf(jobs, job);
  const from = queue.findIndex((one) => one.runId === job.runId);
  const to = queue.findIndex((one) => one.runId === target.runId);
  if (from === -1 || to === -1 || from === to) return null;
  return { before: from > to ? target.runId : (queue[to + 1]?.runId ?? null) };
}

/** The runs that are not done: what lives oldest first, then what waits, each connection's in its order. */
export function liveInOrder(jobs: Iterable<Job>): Job[] {
  const place = (job: Job): number => job.queuePosition ?? 0;
  const queue = (job: Job): string => (job.queuePosition === null ? '' : `${job.connectionName} ${job.connectionId}`);
  return [...jobs].filter((job) => job.phase !== 'done').sort((a, b) => queue(a).localeCompare(queue(b)) || place(a) - place(b) || a.runId.localeCompare(b.runId));
}
