import type { CancelStep, Job, JobPhase } from '../../contract/index.ts';
import { shortName } from '../lib/shortName.ts';

/** Where a run goes or is: `prod-eks/ml`. */
export function placeText(connectionName: string, namespace: string): string {
  return `${connectionName}/${namespace}`;
}

/** The same where room is scarce: `arn:aws:…89012:cluster/prod/ml`. What would be cut off at its end is the namespace. */
export function shortPlace(connectionName: string, namespace: string): string {
  return placeText(shortName(connectionName), namespace);
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
