import { create } from 'zustand';
import { toAppError, type Job, type RunId } from '../../contract/index.ts';
import { updateConsoleTab, useConsoleStore } from '../console/index.ts';
import { core, follow } from '../rpc/index.ts';
import { reportError } from '../ui/index.ts';
import { newestOf } from './newest.ts';
import { withUsage, type UsageHistory } from './usageHistory.ts';
import { placeOf } from './words.ts';

interface JobsState {
  /** Those that live, and those that were looked at or ended since the window opened. */
  jobs: ReadonlyMap<RunId, Job>;
  /** What those that live have used since the window knows them. */
  usage: ReadonlyMap<RunId, UsageHistory>;
}

/** Cluster runs as the core sees them now. */
export const useJobsStore = create<JobsState>()(() => ({ jobs: new Map(), usage: new Map() }));

const listeners = new Set<(job: Job, before: Job | null) => void>();

/** Calls back with each change of a run that this window knows. @returns stops it */
export function onJobChanged(listener: (job: Job, before: Job | null) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function isQueuedTab(runId: RunId): boolean {
  return useConsoleStore.getState().tabs.some((tab) => tab.runId === runId && tab.status === 'queued');
}

/** Takes what the core says about runs; the console's tabs follow. */
export function takeJobs(answers: readonly Job[]): void {
  if (answers.length === 0) return;
  const { jobs: before, usage } = useJobsStore.getState();
  const news = newestOf(before, answers);
  useJobsStore.setState({
    jobs: new Map([...before, ...news.map((job) => [job.runId, job] as const)]),
    usage: new Map([...usage, ...news.map((job) => [job.runId, withUsage(usage.get(job.runId) ?? [], job)] as const)]),
  });
  for (const job of news) {
    // Its end is told by its output, which ends before the Job does; so a run only ever begins here.
    const hasBegun = isQueuedTab(job.runId) && job.phase !== 'queued' && job.phase !== 'done';
    updateConsoleTab(job.runId, { place: placeOf(job), title: job.title, ...(hasBegun ? { status: 'running' } : {}) });
    for (const listener of listeners) listener(job, before.get(job.runId) ?? null);
  }
}

export function jobById(runId: RunId): Job | null {
  return useJobsStore.getState().jobs.get(runId) ?? null;
}

/** Reads a run that is not known yet. @returns null if the run is no cluster run, or is gone */
export async function fetchJob(runId: RunId): Promise<Job | null> {
  try {
    const job = await core.jobs.get({ runId });
    takeJobs([job]);
    return job;
  } catch (caught) {
    const error = toAppError(caught);
    if (error.code !== 'NOT_FOUND') reportError(error);
    return null;
  }
}

/** Reads all that live, and those that are known and may have ended in the meantime. @returns those that live */
export async function readJobs(): Promise<readonly Job[]> {
  const { jobs } = await core.jobs.live({});
  takeJobs(jobs);
  const live = new Set(jobs.map((job) => job.runId));
  const ended = [...useJobsStore.getState().jobs.values()].filter((job) => job.phase !== 'done' && !live.has(job.runId));
  await Promise.all(ended.map((job) => fetchJob(job.runId)));
  return jobs;
}

/**
 * Follows all cluster runs, over lost connections.
 * @param onFirst hears once which runs live as the window opens
 * @returns stops it
 */
export function followJobs(onFirst: (jobs: readonly Job[]) => void): () => void {
  let isFirst = true;
  async function read(): Promise<void> {
    const jobs = await readJobs();
    if (isFirst) onFirst(jobs);
    isFirst = false;
  }
  return follow(
    (signal) => core.jobs.watch(undefined, { signal }),
    (event) => {
      if (event.type === 'changed') takeJobs([event.job]);
      else read().catch(reportError);
    },
    { onOpen: () => void read().catch(reportError), onError: reportError },
  );
}
