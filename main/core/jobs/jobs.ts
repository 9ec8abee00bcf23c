import { ConnectionId } from '../../../contract/connections.ts';
import { AppError, toAppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { contract } from '../../../contract/index.ts';
import type { RunEnvironment, RunPackage } from '../../../contract/inputs.ts';
import type { Artifact, ArtifactPicture, Job, JobEvent, JobPreview, JobRequest, Leftover, PreflightCheck } from '../../../contract/jobs.ts';
import type { Connections } from '../connections/index.ts';
import type { Changes, Storage } from '../database/index.ts';
import { Feed, type Events } from '../feed.ts';
import type { Output } from '../output/index.ts';
import type { Log, ParsedInput } from '../ports.ts';
import type { EngineRuns } from '../runs/index.ts';
import { listArtifacts, readPicture } from './artifacts.ts';
import { collect } from './collecting.ts';
import { createJobHandle, type JobsContext } from './context.ts';
import { endJob, endRun } from './ending.ts';
import { listLeftovers, removeLeftovers, type KnownRun } from './leftovers.ts';
import { lookAfter, type LiveJob } from './liveJob.ts';
import { readRunnerFiles } from './manifest/index.ts';
import { createNamespaceWatches } from './namespaceWatch.ts';
import { preflightRequest } from './preflight/index.ts';
import { preview, yamlOf } from './preview.ts';
import type { Bundle } from './bundle/index.ts';
import { createQueue } from './queue.ts';
import { saveArtifacts } from './savingArtifacts.ts';
import { applySetup, setupObjects, yamlOf as setupYaml } from './setup/index.ts';
import type { JobRecord } from './record.ts';
import { createJobStore } from './store.ts';
import { dropFiles, sweepFiles } from './sweep.ts';
import { packFiles, plan, recordIntent, type SubmitOptions } from './submit.ts';

type Inputs = (typeof contract)['jobs'];
type SubmitInput = ParsedInput<Inputs['submit']>;
type Place = ParsedInput<Inputs['leftovers']>;
type SetupInput = ParsedInput<Inputs['setup']>;
type CleanUpInput = ParsedInput<Inputs['cleanUp']>;

export interface JobsDependencies {
  storage: Storage;
  changes: Changes;
  coreId: string;
  connections: Connections;
  runs: EngineRuns;
  output: Output;
  /** Where uploads and artifacts are kept. */
  folder: string;
  appVersion: string;
  /** A run in this image has told its Python's version. */
  learnedPython(image: string, version: string): void;
  /** Writes the kept files of a run into a folder. @throws NOT_FOUND */
  keptFolder(runId: RunId): Promise<string>;
  /** A run's runner has told what the script can import. */
  learnedPackages(runId: RunId, packages: readonly RunPackage[]): void;
  /** A run was submitted with these files; keeps them, and reports its own faults. */
  submitted(runId: RunId, folder: string | null, bundle: Pick<Bundle, 'content' | 'requirements'>): void;
  /** Holds runner.py. */
  runnerFolder: string;
  log: Log;
}

export interface Jobs {
  preview(request: JobRequest, signal: AbortSignal | undefined): Promise<JobPreview>;
  preflight(request: JobRequest, signal: AbortSignal | undefined): AsyncGenerator<PreflightCheck, void>;
  submit(input: SubmitInput): Promise<Job>;
  cancel(runId: RunId, graceSeconds: number): Job;
  get(runId: RunId): Job;
  live(connectionId: ConnectionId | undefined): Job[];
  watch(signal: AbortSignal | undefined): Events<JobEvent>;
  queue(connectionId: ConnectionId | undefined): Job[];
  reorder(runId: RunId, before: RunId | null): Job[];
  manifest(runId: RunId): string;
  request(runId: RunId): JobRequest;
  /** Where a run was, as far as it is known; null for one of this computer. */
  environment(runId: RunId): Partial<RunEnvironment> | null;
  saveArtifacts(runId: RunId, to: string, paths: string[] | undefined): Promise<{ files: number; bytes: number }>;
  setup(input: SetupInput, signal: AbortSignal | undefined): Promise<{ yaml: string; applied: string[] }>;
  artifacts(runId: RunId): Promise<{ folder: string; artifacts: Artifact[] }>;
  artifactPicture(runId: RunId, path: string): Promise<ArtifactPicture>;
  fetchArtifacts(runId: RunId, signal: AbortSignal | undefined): Promise<Job>;
  leftovers(place: Place, signal: AbortSignal | undefined): Promise<{ namespace: string; items: Leftover[] }>;
  cleanUp(input: CleanUpInput, signal: AbortSignal | undefined): ReturnType<typeof removeLeftovers>;
  dispose(): void;
}

/** How often jobs are looked for whose process is gone. */
const adoptMs = 10_000;

/** Runs on clusters: all of them that are not done are looked after from here, also those that an earlier process has begun. */
export function createJobs(deps: JobsDependencies): Jobs {
  const { storage, changes, coreId, connections, runs, output, folder, log } = deps;
  const feed = new Feed<JobEvent>({ type: 'reset' });
  const store = createJobStore(storage, changes, coreId);
  const watches = createNamespaceWatches(connections.client);
  const { learnedPython, learnedPackages, keptFolder } = deps;
  const context: JobsContext = { storage, store, runs, output, connections, watches, folder, log, learnedPython, learnedPackages, keptFolder, changed: (job) => feed.publish({ type: 'changed', job }) };
  const queue = createQueue(context);
  const live = new Map<RunId, LiveJob>();
  const unsubscribe = [
    changes.subscribe('jobs', () => {
      feed.publish({ type: 'reset' });
    }),
    // More runs at once may be allowed now.
    connections.onChange(releaseAll),
    runs.onDeleted((ids) => {
      dropFiles(folder, ids).catch(notSwept);
    }),
  ];

  function care(record: JobRecord): void {
    const { runId, connectionId } = record;
    if (live.has(runId)) return;
    live.set(
      runId,
      lookAfter(context, record, () => {
        live.delete(runId);
        release(connectionId);
      }),
    );
  }

  function release(connectionId: ConnectionId): void {
    try {
      for (const record of queue.release(connectionId)) care(record);
    } catch (error) {
      // A full disk: the next change, or the next look, tries again.
      log(`the queue could not move on: ${toAppError(error).message}`);
    }
  }

  function releaseAll(): void {
    for (const connectionId of new Set(store.queue().map((record) => record.connectionId))) release(connectionId);
  }

  function adopt(): void {
    try {
      for (const record of store.adopt()) if (record.phase !== 'queued') care(record);
      releaseAll();
    } catch (error) {
      log(`jobs could not be taken over: ${toAppError(error).message}`);
    }
  }

  function submitOptions(): SubmitOptions {
    return { context, appVersion: deps.appVersion, runner: readRunnerFiles(deps.runnerFolder) };
  }

  function knownRun(runId: RunId): KnownRun | null {
    const run = storage.read((sql) => sql.get<{ title: string }>('SELECT title FROM runs WHERE id = ?', runId));
    if (run === undefined) return null;
    const record = store.lookUp(runId);
    const artifacts = record?.state.artifacts;
    return { title: run.title, isCollected: record?.phase === 'done' && !(artifacts?.state === 'failed' && artifacts.retryable) };
  }

  /** With what is not stored while it changes all the time: its usage, how much of its files is here. */
  function get(runId: RunId): Job {
    const record = live.get(runId)?.record;
    return (record === undefined ? undefined : store.jobsOf([record])[0]) ?? store.get(runId);
  }

  const adopting = setInterval(adopt, adoptMs);
  adopting.unref();
  adopt();
  sweepFiles(folder, isKnown).catch(notSwept);

  return {
    preview: (request, signal) => preview(submitOptions(), request, signal),

    preflight: (request, signal) => preflightRequest(submitOptions(), request, signal),

    async submit({ runId, confirmed, ...request }) {
      const known = knownJob(runId);
      if (known !== null) return known;
      const planned = await plan(submitOptions(), runId, request);
      if (planned.production && !confirmed) {
        throw new AppError('CONFLICT', `"${planned.connectionName}" is a production connection.`, { action: `Confirm that this run is to go to ${planned.connectionName}, namespace ${planned.namespace}.` });
      }
      const { record, job } = recordIntent(context, runId, request, planned, await packFiles(context, planned, runId));
      if (record.phase !== 'queued') care(record);
      deps.submitted(runId, request.folder, planned.bundle);
      return job;
    },

    cancel(runId, graceSeconds) {
      const record = live.get(runId)?.record ?? store.find(runId);
      if (record.phase === 'queued') {
        storage.write((sql) => store.setQueueOrder(sql, record.key, null));
        record.state.cancel = 'requested';
        endRun({ context, record }, { failure: null, exitCode: null, report: null });
        endJob({ context, record });
      } else live.get(runId)?.cancel(graceSeconds);
      return get(runId);
    },

    get,
    live: (connectionId) => store.jobsOf(store.live(connectionId).map((record) => live.get(record.runId)?.record ?? record)),
    watch: (signal) => feed.read(signal),
    queue: (connectionId) => store.jobsOf(store.queue(connectionId)),
    reorder(runId, before) {
      queue.reorder(runId, before);
      return store.jobsOf(store.queue(store.find(runId).connectionId));
    },
    manifest(runId) {
      return yamlOf(store.manifest(runId));
    },

    request(runId) {
      const { connectionId, namespace, facts } = store.find(runId);
      const run = runs.get(runId);
      const { profile, profileName, folder: sent, exactly, pinned } = facts;
      return {
        connectionId: ConnectionId.parse(connectionId), namespace, profile, profileName, mode: run.mode, title: run.title, source: run.source, path: run.path,
        tabId: run.tabId, lineOffset: run.lineOffset, argv: run.argv, folder: sent, exactly, pinned,
      };
    },

    environment(runId) {
      const record = store.lookUp(runId);
      if (record === null) return null;
      const { facts, state } = record;
      return { runtime: facts.profile.image, imageDigest: state.imageDigest, profileName: facts.profileName, profile: facts.profile };
    },

    async saveArtifacts(runId, to, paths) {
      store.find(runId);
      return saveArtifacts((await listArtifacts(folder, runId)).artifacts, to, paths);
    },

    async setup({ connectionId, namespace, subject, apply }, signal) {
      const options = { namespace: namespace ?? connections.get(connectionId).namespace, subject };
      const applied = apply ? await applySetup(connections.client(connectionId), options, signal) : [];
      return { yaml: setupYaml(setupObjects(options)), applied };
    },

    async artifacts(runId) {
      store.find(runId);
      return listArtifacts(folder, runId);
    },

    async artifactPicture(runId, path) {
      store.find(runId);
      return readPicture(folder, runId, path);
    },

    async fetchArtifacts(runId, signal = new AbortController().signal) {
      const record = store.find(runId);
      const { artifacts, pod, report } = record.state;
      if (record.phase !== 'done' || artifacts.state !== 'failed' || !artifacts.retryable || pod === null) {
        throw new AppError('CONFLICT', 'There is nothing to fetch again: the files are here, on their way, or gone.');
      }
      await collect(createJobHandle(context, record, signal), { pod: pod.name, report, fetch: true });
      return store.get(runId);
    },

    async leftovers({ connectionId, namespace }, signal) {
      const place = namespace ?? connections.get(connectionId).namespace;
      return { namespace: place, items: await listLeftovers(connections.client(connectionId), place, knownRun, signal) };
    },

    cleanUp: ({ connectionId, namespace, items }, signal) =>
      removeLeftovers(connections.client(connectionId), namespace ?? connections.get(connectionId).namespace, items, signal),

    dispose() {
      clearInterval(adopting);
      for (const stop of unsubscribe) stop();
      for (const job of live.values()) job.dispose();
      watches.dispose();
      feed.close();
    },
  };

  /** The next start tries again. */
  function notSwept(error: unknown): void {
    log(`files of deleted runs could not be removed: ${String(error)}`);
  }

  function isKnown(runId: RunId): boolean {
    return storage.read((sql) => sql.get('SELECT 1 FROM runs WHERE id = ?', runId)) !== undefined;
  }

  /** A submit that came before, and is sent again because its answer was lost. @throws CONFLICT the id is another run's */
  function knownJob(runId: RunId): Job | null {
    if (!isKnown(runId)) return null;
    try {
      return store.get(runId);
    } catch {
      throw new AppError('CONFLICT', `The id ${runId} belongs to another run already.`, { action: 'Start the run again.' });
    }
  }
}
