import type { ConnectionId } from '../../../contract/connections.ts';
import type { AppError } from '../../../contract/errors.ts';
import { RunId } from '../../../contract/ids.ts';
import { watchObjects, type ClusterClient, type Watching } from '../cluster/index.ts';
import { KubeJob, KubePod, paths } from './kube.ts';
import { managedBySelector, runIdLabel } from './manifest/index.ts';

/** What a run hears of its objects. `null` means that it is not there (any more). */
export interface RunListener {
  onJob(job: KubeJob | null): void;
  /** All pods of the run, oldest first. */
  onPods(pods: KubePod[]): void;
  onLost(error: AppError): void;
  /** The cluster answers again. */
  onHeard(): void;
}

export interface NamespaceWatches {
  /** Follows one run's objects; all runs of a namespace share two watches. @returns ends that */
  follow(place: { connectionId: ConnectionId; namespace: string }, runId: RunId, listener: RunListener): () => void;
  /** Reads the lists of a namespace now. */
  poll(place: { connectionId: ConnectionId; namespace: string }): void;
  dispose(): void;
}

interface NamespaceWatch {
  listeners: Map<RunId, RunListener>;
  watching: Watching[];
  jobs: Map<RunId, KubeJob>;
  pods: Map<RunId, Map<string, KubePod>>;
  /** Whether `pods` is what there is, and not only what was heard of. */
  arePodsListed: boolean;
}

/** Watches each namespace in which runs live: its Jobs and its pods, by the application's label, however many runs there are. */
export function createNamespaceWatches(clientOf: (id: ConnectionId) => ClusterClient): NamespaceWatches {
  const watches = new Map<string, NamespaceWatch>();

  function open(connectionId: ConnectionId, namespace: string): NamespaceWatch {
    const watch: NamespaceWatch = { listeners: new Map(), watching: [], jobs: new Map(), pods: new Map(), arePodsListed: false };
    const client = (): ClusterClient => clientOf(connectionId);
    const onLost = (error: AppError): void => {
      for (const listener of [...watch.listeners.values()]) listener.onLost(error);
    };
    const onHeard = (): void => {
      for (const listener of [...watch.listeners.values()]) listener.onHeard();
    };
    watch.watching = [
      watchObjects({
        client,
        path: paths.jobs(namespace),
        labelSelector: managedBySelector,
        parse: (object) => KubeJob.parse(object),
        onLost,
        onList: (jobs) => {
          watch.jobs = new Map();
          for (const job of jobs) {
            const runId = runIdOf(job);
            if (runId !== null) watch.jobs.set(runId, job);
          }
          onHeard();
          for (const [runId, listener] of [...watch.listeners]) listener.onJob(watch.jobs.get(runId) ?? null);
        },
        onChange: (job, change) => {
          const runId = runIdOf(job);
          if (runId === null) return;
          if (change === 'gone') watch.jobs.delete(runId);
          else watch.jobs.set(runId, job);
          watch.listeners.get(runId)?.onJob(change === 'gone' ? null : job);
        },
      }),
      watchObjects({
        client,
        path: paths.pods(namespace),
        labelSelector: managedBySelector,
        parse: (object) => KubePod.parse(object),
        onLost,
        onList: (pods) => {
          watch.pods = new Map();
          watch.arePodsListed = true;
          for (const pod of pods) {
            const runId = runIdOf(pod);
            if (runId !== null) podsOf(watch, runId).set(pod.metadata.uid, pod);
          }
          onHeard();
          for (const [runId, listener] of [...watch.listeners]) listener.onPods(sorted(watch.pods.get(runId)));
        },
        onChange: (pod, change) => {
          const runId = runIdOf(pod);
          if (runId === null) return;
          const pods = podsOf(watch, runId);
          if (change === 'gone') pods.delete(pod.metadata.uid);
          else pods.set(pod.metadata.uid, pod);
          watch.listeners.get(runId)?.onPods(sorted(pods));
        },
      }),
    ];
    return watch;
  }

  const keyOf = (place: { connectionId: ConnectionId; namespace: string }): string => `${place.connectionId}/${place.namespace}`;

  return {
    follow(place, runId, listener) {
      const key = keyOf(place);
      const watch = watches.get(key) ?? open(place.connectionId, place.namespace);
      watches.set(key, watch);
      watch.listeners.set(runId, listener);
      // What others' watching has already seen of it.
      queueMicrotask(() => {
        if (watch.listeners.get(runId) !== listener) return;
        const job = watch.jobs.get(runId);
        if (job !== undefined) listener.onJob(job);
        if (watch.arePodsListed) listener.onPods(sorted(watch.pods.get(runId)));
      });
      return () => {
        if (watch.listeners.get(runId) === listener) watch.listeners.delete(runId);
        if (watch.listeners.size > 0) return;
        for (const watching of watch.watching) watching.stop();
        watches.delete(key);
      };
    },
    poll(place) {
      for (const watching of watches.get(keyOf(place))?.watching ?? []) watching.poll();
    },
    dispose() {
      for (const { watching } of watches.values()) for (const one of watching) one.stop();
      watches.clear();
    },
  };
}

function runIdOf({ metadata }: KubeJob | KubePod): RunId | null {
  const parsed = RunId.safeParse(metadata.labels[runIdLabel]);
  return parsed.success ? parsed.data : null;
}

function podsOf(watch: NamespaceWatch, runId: RunId): Map<string, KubePod> {
  const pods = watch.pods.get(runId) ?? new Map<string, KubePod>();
  watch.pods.set(runId, pods);
  return pods;
}

function sorted(pods: Map<string, KubePod> | undefined): KubePod[] {
  return [...(pods?.values() ?? [])].toSorted((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp));
}
