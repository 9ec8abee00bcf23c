import type { Job, RunId } from '../../contract/index.ts';

/**
 * What is newest of each run that was told about. Answers and events overtake each other: a submit's answer that is taken after the run has moved on
 * would show it where it was, and until it changes again.
 */
export function newestOf<T extends Pick<Job, 'runId' | 'revision'>>(known: ReadonlyMap<RunId, T>, answers: readonly T[]): T[] {
  return answers.map((job) => {
    const before = known.get(job.runId);
    return before !== undefined && before.revision > job.revision ? before : job;
  });
}
