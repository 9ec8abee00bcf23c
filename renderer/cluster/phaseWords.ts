import type { Job, JobPhase } from '../../contract/jobs.ts';

const words: Record<JobPhase, string> = {
  queued: 'waits for its turn',
  submitting: 'being sent',
  created: 'waits for a node',
  scheduled: 'starts',
  pulling: 'image is pulled',
  installing: 'packages are installed',
  running: 'running',
  collecting: 'files are fetched',
  done: 'done',
};

/** Where a run is, in a few words. */
export function phaseWords({ phase, cancel, contact, queuePosition }: Pick<Job, 'phase' | 'cancel' | 'contact' | 'queuePosition'>): string {
  if (contact.state === 'lost' && phase !== 'queued') return 'not heard of';
  if (cancel !== null && phase !== 'done') return 'being cancelled';
  if (phase === 'queued' && queuePosition !== null) return queuePosition === 1 ? 'is next' : `waits, number ${queuePosition}`;
  return words[phase];
}

/** When its phase began, in milliseconds since 1970; null if nobody knows. */
export function phaseSinceMs({ timeline }: Pick<Job, 'timeline'>): number | null {
  return timeline.at(-1)?.atMs ?? null;
}
