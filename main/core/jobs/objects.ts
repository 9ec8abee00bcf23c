import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { kubeStatusOf, type ClusterClient } from '../cluster/index.ts';
import { KubeJob, paths } from './kube.ts';
import { runIdLabel } from './manifest/index.ts';
import type { JobManifest, JobRecord } from './record.ts';

const mergePatch = 'application/merge-patch+json';
const Named = z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string(), labels: z.record(z.string(), z.string()).default({}) }) });

type Place = Pick<JobRecord, 'runId' | 'namespace' | 'jobName'>;

/**
 * Makes an object, or finds the one that an earlier try has made: names are derived from the run's id, so a second try cannot make a second one.
 * @returns its uid
 * @throws CONFLICT something else has its name
 */
async function ensure(client: ClusterClient, collection: string, object: Record<string, unknown>, runId: string, signal: AbortSignal): Promise<string> {
  const name = z.object({ metadata: z.object({ name: z.string() }) }).parse(object).metadata.name;
  try {
    return Named.parse(await client.request('POST', collection, { body: object, signal })).metadata.uid;
  } catch (error) {
    if (kubeStatusOf(error)?.reason !== 'AlreadyExists') throw error;
  }
  const { metadata } = Named.parse(await client.request('GET', `${collection}/${name}`, { signal }));
  if (metadata.labels[runIdLabel] === runId) return metadata.uid;
  throw new AppError('CONFLICT', `Something else is called ${name} in that namespace already.`, { action: 'Run again: it gets a new name.' });
}

/** The Job, suspended: nothing runs yet. @returns its uid */
export function ensureJob(client: ClusterClient, { runId, namespace }: Place, { job }: JobManifest, signal: AbortSignal): Promise<string> {
  return ensure(client, paths.jobs(namespace), job, runId, signal);
}

/** The Secret, owned by the Job, so that it goes when the Job goes. */
export async function ensureSecret(client: ClusterClient, { runId, namespace, jobName }: Place, { secret }: JobManifest, jobUid: string, signal: AbortSignal): Promise<void> {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: jobName, uid: jobUid, controller: true, blockOwnerDeletion: false };
  const metadata = z.record(z.string(), z.unknown()).parse(secret['metadata']);
  await ensure(client, paths.secrets(namespace), { ...secret, metadata: { ...metadata, ownerReferences: [owner] } }, runId, signal);
}

/** A Job for a queue waits for Kueue to let it run. @throws UNSUPPORTED nobody ever would: there is no Kueue */
export async function needKueue(client: ClusterClient, signal: AbortSignal): Promise<void> {
  try {
    await client.request('GET', '/apis/kueue.x-k8s.io', { signal });
  } catch (error) {
    const code = kubeStatusOf(error)?.code;
    if (code === 404) throw new AppError('UNSUPPORTED', 'The profile names a Kueue queue, and Kueue is not installed in this cluster: the run would wait for ever.', { action: 'Take the queue out of the profile.', cause: error });
    // Who may not know is let go on; the preflight has said what is known.
    if (code !== 403) throw error;
  }
}

/** Lets the Job run. */
export async function resumeJob(client: ClusterClient, { namespace, jobName }: Place, signal: AbortSignal): Promise<void> {
  await client.request('PATCH', paths.jobs(namespace, jobName), { contentType: mergePatch, body: { spec: { suspend: false } }, signal });
}

/** The uid of the run's Job, if there is one. */
export async function findJob(client: ClusterClient, { runId, namespace, jobName }: Place, signal: AbortSignal): Promise<string | null> {
  try {
    const { metadata } = Named.parse(await client.request('GET', paths.jobs(namespace, jobName), { signal }));
    return metadata.labels[runIdLabel] === runId ? metadata.uid : null;
  } catch (error) {
    if (kubeStatusOf(error)?.code === 404) return null;
    throw error;
  }
}

/** The Job as the API server has it now (not from a cache); null when there is none, or another of that name. */
export async function readJob(client: ClusterClient, { namespace, jobName }: Place, jobUid: string, signal: AbortSignal): Promise<KubeJob | null> {
  try {
    const job = KubeJob.parse(await client.request('GET', paths.jobs(namespace, jobName), { signal }));
    return job.metadata.uid === jobUid ? job : null;
  } catch (error) {
    if (kubeStatusOf(error)?.code === 404) return null;
    throw error;
  }
}

/** Deletes the Job, if it is still the one with that uid, and with it its Secret and pods, which have `graceSeconds` to end. */
export async function deleteJob(client: ClusterClient, { namespace, jobName }: Place, jobUid: string, graceSeconds: number | null, signal?: AbortSignal): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    preconditions: { uid: jobUid },
    ...(graceSeconds === null ? {} : { gracePeriodSeconds: graceSeconds }),
  };
  try {
    await client.request('DELETE', paths.jobs(namespace, jobName), { body, signal });
  } catch (error) {
    const code = kubeStatusOf(error)?.code;
    // Gone, or already another one.
    if (code !== 404 && code !== 409) throw error;
  }
}

/** Seconds between SIGTERM and SIGKILL for a script that has been asked to stop twice before. */
const lastGraceSeconds = 1;

/** Ends a pod soon, if that is allowed; if not, it ends later. */
export async function deletePod(client: ClusterClient, { namespace }: Place, pod: string, signal: AbortSignal): Promise<void> {
  try {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: lastGraceSeconds };
    await client.request('DELETE', paths.pods(namespace, pod), { body, signal });
  } catch (error) {
    const code = kubeStatusOf(error)?.code;
    if (code !== 404 && code !== 403) throw error;
  }
}
