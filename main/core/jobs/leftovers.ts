import { z } from 'zod';
import { RunId } from '../../../contract/ids.ts';
import type { Leftover } from '../../../contract/jobs.ts';
import { toAppError } from '../../../contract/errors.ts';
import { kubeStatusOf, type ClusterClient } from '../cluster/index.ts';
import { containerStatus, jobOutcome, KubeJob, KubePod, paths } from './kube.ts';
import { collectorContainer, mainContainer, managedBySelector, ownerAnnotation, runIdLabel, titleAnnotation } from './manifest/index.ts';
import { podViewOf } from './podView.ts';

const Secret = KubePod.pick({ metadata: true });
const List = z.object({ items: z.array(z.unknown()).nullish().transform((items) => items ?? []), metadata: z.object({ continue: z.string().optional() }).default({}) });
const pageSize = 500;
type Kind = Leftover['kind'];
type Metadata = KubePod['metadata'];

async function listAll(client: ClusterClient, path: string, signal: AbortSignal | undefined): Promise<unknown[]> {
  const items: unknown[] = [];
  let next: string | undefined;
  do {
    const page = List.parse(await client.request('GET', path, { query: { labelSelector: managedBySelector, limit: pageSize, continue: next }, signal }));
    items.push(...page.items);
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return items;
}

/** A run needs no right to list Secrets, so somebody may be without: then only those that go with their Job are dealt with. */
async function listSecrets(client: ClusterClient, namespace: string, signal: AbortSignal | undefined): Promise<{ metadata: Metadata }[]> {
  try {
    return (await listAll(client, paths.secrets(namespace), signal)).map((item) => Secret.parse(item));
  } catch (error) {
    if (kubeStatusOf(error)?.code === 403) return [];
    throw error;
  }
}

/** A run of this computer's history. */
export interface KnownRun {
  title: string;
  /** Its files are here, or are none: whatever its pod's status says yet, nothing is held for anybody. */
  isCollected: boolean;
}

/**
 * What carries the application's label in a namespace: Jobs, and those Secrets and pods whose Job is gone, oldest first.
 * @param knownRun a run of this computer's history; null if it is not there
 */
export async function listLeftovers(client: ClusterClient, namespace: string, knownRun: (runId: RunId) => KnownRun | null, signal: AbortSignal | undefined): Promise<Leftover[]> {
  const [jobs, pods, secrets] = await Promise.all([
    listAll(client, paths.jobs(namespace), signal).then((items) => items.map((item) => KubeJob.parse(item))),
    listAll(client, paths.pods(namespace), signal).then((items) => items.map((item) => KubePod.parse(item))),
    listSecrets(client, namespace, signal),
  ]);
  const jobUids = new Set(jobs.map(({ metadata }) => metadata.uid));
  const isOrphan = ({ metadata }: { metadata: Metadata }): boolean => !metadata.ownerReferences.some(({ uid }) => jobUids.has(uid));
  const describe = (kind: Kind, metadata: Metadata, mayHold: boolean): Omit<Leftover, 'state' | 'expiresMs'> => {
    const runId = RunId.safeParse(metadata.labels[runIdLabel]);
    const known = runId.success ? knownRun(runId.data) : null;
    return {
      kind,
      name: metadata.name,
      uid: metadata.uid,
      createdMs: Date.parse(metadata.creationTimestamp) || 0,
      runId: runId.success ? runId.data : null,
      owner: metadata.annotations[ownerAnnotation] ?? '',
      title: known?.title ?? metadata.annotations[titleAnnotation] ?? null,
      own: known !== null,
      uncollected: mayHold && known?.isCollected !== true,
    };
  };
  const items: Leftover[] = [
    ...jobs.map((job): Leftover => {
      const own = pods.filter(({ metadata }) => metadata.ownerReferences.some(({ uid }) => uid === job.metadata.uid));
      return {
        ...describe('Job', job.metadata, own.some(isWaitingForCollection)),
        state: stateOf(job.metadata, jobOutcome(job) === null ? 'live' : 'ended'),
        expiresMs: expiryOf(job),
      };
    }),
    ...pods.filter(isOrphan).map((pod): Leftover => ({
      ...describe('Pod', pod.metadata, isWaitingForCollection(pod)),
      state: stateOf(pod.metadata, podViewOf(pod).isMainEnded ? 'ended' : 'live'),
      expiresMs: null,
    })),
    ...secrets.filter(isOrphan).map((secret): Leftover => ({ ...describe('Secret', secret.metadata, false), state: stateOf(secret.metadata, 'unknown'), expiresMs: null })),
  ];
  return items.toSorted((a, b) => a.createdMs - b.createdMs);
}

/** What was deleted goes by itself, whatever it still does. */
function stateOf({ deletionTimestamp }: Metadata, otherwise: Leftover['state']): Leftover['state'] {
  return deletionTimestamp === undefined ? otherwise : 'deleting';
}

/** Its script has ended, and its collector still holds files for somebody. */
function isWaitingForCollection(pod: KubePod): boolean {
  return containerStatus(pod, mainContainer)?.state.terminated !== undefined && containerStatus(pod, collectorContainer)?.state.running !== undefined;
}

function expiryOf(job: KubeJob): number | null {
  const ttl = job.spec.ttlSecondsAfterFinished ?? null;
  const finished = job.status.conditions.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')?.lastTransitionTime ?? null;
  return ttl === null || finished === null ? null : Date.parse(finished) + ttl * 1000;
}

const collections: Record<Kind, (namespace: string, name: string) => string> = { Job: paths.jobs, Secret: paths.secrets, Pod: paths.pods };

/** Deletes objects, each only if it is still the one with that uid. */
export async function removeLeftovers(
  client: ClusterClient,
  namespace: string,
  items: readonly { kind: Kind; name: string; uid: string }[],
  signal: AbortSignal | undefined,
): Promise<{ deleted: number; failed: { kind: Kind; name: string; message: string }[] }> {
  let deleted = 0;
  const failed: { kind: Kind; name: string; message: string }[] = [];
  for (const { kind, name, uid } of items) {
    try {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } };
      await client.request('DELETE', collections[kind](namespace, name), { body, signal });
      deleted++;
    } catch (error) {
      signal?.throwIfAborted();
      const status = kubeStatusOf(error);
      // Gone already is what was wanted.
      if (status?.code === 404) deleted++;
      else failed.push({ kind, name, message: status?.code === 409 ? 'It is another object by now.' : toAppError(error).message });
    }
  }
  return { deleted, failed };
}
