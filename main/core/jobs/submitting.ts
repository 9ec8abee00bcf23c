import { AppError, toAppError } from '../../../contract/errors.ts';
import type { JobHandle } from './context.ts';
import { ensureJob, ensureSecret, findJob, needKueue, resumeJob } from './objects.ts';
import { pause } from './pause.ts';

const firstRetryMs = 500;
const maxRetryMs = 15_000;

/** What may pass by itself, or by a new sign-in: it is tried again for as long as the person lets it. */
export function mayPass(error: AppError): boolean {
  if (error.code === 'UNAUTHENTICATED' || error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT' || error.code === 'RATE_LIMITED') return true;
  // Not the cluster's refusal, but a sign-in program that the person has not allowed (yet), or a kubeconfig that is being edited.
  return error.cause === undefined && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND' || error.code === 'INVALID_INPUT');
}

/**
 * Makes the Job suspended, then its Secret, then lets it run. Each step can be done twice without harm, so whoever is killed in the middle
 * begins again at the first; only a Job whose uid is on disk is never made again. A cancelled run is not let run.
 * @throws AppError what no second try mends: what the cluster refuses
 */
export async function makeObjects(handle: JobHandle): Promise<void> {
  const { record, signal, context } = handle;
  const manifest = context.store.manifest(record.runId);
  const client = handle.client();
  if (record.state.cancel !== null && record.state.jobUid === null) return findCancelled(handle);
  if (record.state.jobUid === null && record.facts.profile.queue !== null) await needKueue(client, signal);
  const uid = record.state.jobUid ?? (await ensureJob(client, record, manifest, signal));
  if (record.state.jobUid === null) {
    // On the medium, not only in the cache: a Job that is known here is never made a second time, not even after a loss of power.
    handle.update((state) => {
      state.jobUid = uid;
    }, { durable: true });
  }
  if (record.state.cancel !== null) return;
  await ensureSecret(client, record, manifest, uid, signal);
  if (record.state.cancel !== null) return;
  // With a queue it is Kueue that lets the Job run.
  if (record.facts.profile.queue === null) await resumeJob(client, record, signal);
  handle.update(
    (state) => {
      state.resumed = true;
      state.lostSince = null;
    },
    { phase: 'created' },
  );
}

/** A run was cancelled before its Job was known to be there: one that an unanswered request has made is found, so that it can go. */
async function findCancelled(handle: JobHandle): Promise<void> {
  const uid = await findJob(handle.client(), handle.record, handle.signal);
  handle.update((state) => {
    state.jobUid = uid;
    state.cancel = uid === null ? 'deleted' : state.cancel;
  });
}

/** Tries until it works, is refused for good, or the signal says no. `onTrouble` hears why it has to wait. */
export async function persist(signal: AbortSignal, work: () => Promise<void>, onTrouble: (error: AppError) => void): Promise<void> {
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, maxRetryMs)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw new AppError('CANCELLED', 'The job is not looked after any more.');
      const failure = toAppError(error);
      if (!mayPass(failure)) throw failure;
      onTrouble(failure);
    }
    await pause(waitMs, signal);
  }
}
