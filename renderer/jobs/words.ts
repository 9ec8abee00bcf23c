import type { CancelStep, Job, JobPhase } from '../../contract/index.ts';

/** Where a run goes or is: `prod-eks/ml`. */
export function placeText(connectionName: string, namespace: string): string {
  return `${connectionName}/${namespace}`;
}

/** The same where room is scarce: `arn:aws:…89012:cluster/prod/ml`. A long name is told apart by its end; what would be cut off there is the namespace. */
export function shortPlace(connectionName: string, namespace: string): string {
  const characters = [...connectionName];
  const name = characters.length <= 28 ? connectionName : `${characters.slice(0, 8).join('')}…${characters.slice(-18).join('')}`;
  return placeText(name, namespace);
}

export function placeOf(job: Pick<Job, 'connectionName' | 'namespace'>): string {
  return shortPlace(job.connectionName, job.namespace);
}

const phaseTexts: Record<JobPhase, string> = {
  queued: 'Queued',
  submitting: 'Submitting',
  created: 'Created',
  scheduled: 'Scheduled',
  pulling: 'Pulling the image',
  installing: 'Installing',
  running: 'Running',
  collecting: 'Collecting',
  done: 'Done',
};

/** A phase in a word or two. */
export function phaseText(phase: JobPhase): string {
  return phaseTexts[phase];
}

const cancelTexts: Record<CancelStep, string> = {
  requested: 'Asked to stop',
  interrupted: 'Asked to stop (SIGINT)',
  terminated: 'Told to stop (SIGTERM)',
  deleted: 'Its Job is deleted',
};

/** How far a cancel has come, in words. */
export function cancelText(step: CancelStep): string {
  return cancelTexts[step];
}
