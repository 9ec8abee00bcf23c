import type { Job, RunId } from '../../contract/index.ts';
import { useConsoleStore } from '../console/index.ts';
import { core } from '../rpc/index.ts';
import { jobById, takeJobs } from './jobsStore.ts';

/** Stops a cluster run; again, it goes on to the next step at once. */
export async function cancelRun(runId: RunId): Promise<void> {
  takeJobs([await core.jobs.cancel({ runId })]);
}

/** Fetches artifacts again that could not be fetched. */
export async function fetchArtifacts(runId: RunId): Promise<void> {
  takeJobs([await core.jobs.fetchArtifacts({ runId })]);
}

/** Whether there is something to cancel. */
export function isCancellable(job: Job): boolean {
  return job.phase !== 'done' && job.phase !== 'collecting';
}

/** The cluster run whose output is in front, if it can be cancelled. */
export function cancellableInFront(): RunId | null {
  const { activeId } = useConsoleStore.getState();
  const job = activeId === null ? null : jobById(activeId);
  return job !== null && isCancellable(job) ? job.runId : null;
}
