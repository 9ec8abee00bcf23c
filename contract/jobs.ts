import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { ConnectionId, NamespaceName } from './connections.ts';
import { Failure, FailureAction } from './failures.ts';
import { AbsolutePath } from './files.ts';
import { RunId, TabId } from './ids.ts';
import { maxPackages, RunPackage } from './inputs.ts';
import { ProfileSettings } from './profiles.ts';
import { maxSourceLength, RunMode } from './runs.ts';

/** What is run on a cluster, where, and how. */
export const JobRequest = z.object({
  connectionId: ConnectionId,
  /** By default the connection's. */
  namespace: NamespaceName.optional(),
  /** The settings themselves, so that a run keeps them when its profile changes later. */
  profile: ProfileSettings,
  /** The profile's name, as the run shows it. */
  profileName: z.string().max(100).default(''),
  mode: RunMode,
  title: z.string().min(1).max(500),
  source: z.string().max(maxSourceLength),
  /** Path of the file that the source comes from; null for a scratch tab. */
  path: AbsolutePath.nullable().default(null),
  tabId: TabId.nullable().default(null),
  /** First line of the source within its file, first is 1. */
  lineOffset: z.number().int().min(1).default(1),
  argv: z.array(z.string().max(10_000)).max(1000).default([]),
  /** The folder whose files go along; null for the script alone. */
  folder: AbsolutePath.nullable().default(null),
  /** Takes the files that this run had, in the place of those that `folder` has now; `folder` and `path` say where they were. */
  exactly: RunId.nullable().default(null),
  /** Packages that are installed, in exactly these versions, in the place of what the files ask for: those of an earlier run; null for what the files ask for. */
  pinned: z.array(RunPackage).max(maxPackages).nullable().default(null),
});
export type JobRequest = z.infer<typeof JobRequest>;

/**
 * Where a run is: `queued` here, until fewer run · `submitting` its objects are being made · `created` the Job is there, no pod on a node
 * yet · `scheduled` on a node · `pulling` the image · `installing` requirements · `running` · `collecting` artifacts · `done`.
 */
export const JobPhase = z.enum(['queued', 'submitting', 'created', 'scheduled', 'pulling', 'installing', 'running', 'collecting', 'done']);
export type JobPhase = z.infer<typeof JobPhase>;

/** How far a cancel has come: asked for, SIGINT sent, SIGTERM sent, the Job deleted. */
export const CancelStep = z.enum(['requested', 'interrupted', 'terminated', 'deleted']);
export type CancelStep = z.infer<typeof CancelStep>;

export const JobUsage = z.object({
  /** Milliseconds since 1970, by this computer's clock. */
  atMs: z.number().int(),
  /** Cores in use, averaged since the sample before; null on the first. */
  cpuCores: z.number().min(0).nullable(),
  memoryBytes: z.number().int().min(0).nullable(),
  peakMemoryBytes: z.number().int().min(0).nullable(),
});
export type JobUsage = z.infer<typeof JobUsage>;

/** Files that a run produced, on their way to this computer. */
export const ArtifactState = z.discriminatedUnion('state', [
  /** None so far. */
  z.object({ state: z.literal('none') }),
  z.object({ state: z.literal('fetching'), receivedBytes: z.number().int().min(0), totalBytes: z.number().int().min(0).nullable() }),
  z.object({ state: z.literal('fetched'), files: z.number().int().min(0), bytes: z.number().int().min(0), folder: z.string() }),
  /** `retryable` while they are still in the pod. */
  z.object({ state: z.literal('failed'), message: z.string(), retryable: z.boolean() }),
]);
export type ArtifactState = z.infer<typeof ArtifactState>;

/** A cluster run while it lives and after. Its status, times and exit code are those of the run with the same id. */
export const Job = z.object({
  runId: RunId,
  /** Grows with each change: of two answers about a run, the one with the larger number is the newer, whichever comes first. */
  revision: z.number().int().min(0),
  title: z.string(),
  connectionId: ConnectionId,
  /** Name of the connection when it was submitted. */
  connectionName: z.string(),
  /** The API server that it went to. */
  server: z.string(),
  namespace: z.string(),
  profileName: z.string(),
  jobName: z.string(),
  phase: JobPhase,
  /** Each phase that was seen, in order. */
  timeline: z.array(z.object({ phase: JobPhase, atMs: z.number().int() })),
  cancel: CancelStep.nullable(),
  pod: z.string().nullable(),
  node: z.string().nullable(),
  /** First is 1; 0 before there is one. */
  attempt: z.number().int().min(0),
  /** What it waits for, in words, such as a node that fits; null when it does not wait. */
  waitingFor: z.string().nullable(),
  usage: JobUsage.nullable(),
  /** What it may use at most: above the first it is slowed, above the second it is ended. */
  limits: z.object({ cpuCores: z.number().min(0), memoryBytes: z.number().min(0) }),
  /** As the container sees it; null before. */
  pythonVersion: z.string().nullable(),
  /** Whether the cluster is heard; `lost` says since when and why, and it keeps trying. */
  contact: z.discriminatedUnion('state', [
    z.object({ state: z.literal('ok') }),
    z.object({ state: z.literal('lost'), sinceMs: z.number().int(), failure: Failure }),
  ]),
  artifacts: ArtifactState,
  failure: Failure.nullable(),
  /** Place in the queue, first is 1; null when it is not queued. */
  queuePosition: z.number().int().min(1).nullable(),
});
export type Job = z.infer<typeof Job>;

export const JobEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed'), job: Job }),
  /** Too much happened at once, or another process changed the database: read again. */
  z.object({ type: z.literal('reset') }),
]);
export type JobEvent = z.infer<typeof JobEvent>;

export const BundledFile = z.object({ path: z.string(), bytes: z.number().int().min(0) });
export type BundledFile = z.infer<typeof BundledFile>;

/** What a submit would do, before it is done. */
export const JobPreview = z.object({
  connectionName: z.string(),
  server: z.string(),
  namespace: z.string(),
  production: z.boolean(),
  /** Exactly the objects that will be applied; secret values are masked. */
  yaml: z.string(),
  files: z.array(BundledFile),
  totalBytes: z.number().int().min(0),
  /** Where the requirements come from, relative to the folder; null if there are none. */
  requirementsFrom: z.string().nullable(),
  requirements: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type JobPreview = z.infer<typeof JobPreview>;

/**
 * One line of the check before a run. `unknown` means that the rights to find out are missing: it does not block, `failed` does.
 * A check is told twice: `running`, then its outcome, with the same id.
 */
export const PreflightCheck = z.object({
  id: z.string().max(100),
  /** `Signed in`, `May create Jobs` … */
  title: z.string(),
  state: z.enum(['running', 'passed', 'warning', 'failed', 'unknown']),
  /** What was seen: the server's version, the resource that is short, the field that is refused. */
  evidence: z.string(),
  fix: FailureAction.nullable(),
});
export type PreflightCheck = z.infer<typeof PreflightCheck>;

export const Artifact = z.object({
  /** Relative to the run's folder, with forward slashes. */
  path: z.string(),
  bytes: z.number().int().min(0),
  /** Where it is on this computer. */
  file: z.string(),
  /** As its first bytes say: `text` can be opened in the editor, a `picture` shown, all else only saved. */
  kind: z.enum(['text', 'picture', 'other']),
});
export type Artifact = z.infer<typeof Artifact>;

/** Largest picture that is shown, in bytes. */
export const maxPictureBytes = 16 * 1024 * 1024;

export const ArtifactPicture = z.object({ type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml']), base64: z.string() });
export type ArtifactPicture = z.infer<typeof ArtifactPicture>;

export const Leftover = z.object({
  kind: z.enum(['Job', 'Secret', 'Pod']),
  name: z.string(),
  uid: z.string(),
  createdMs: z.number().int(),
  runId: RunId.nullable(),
  /** Who made it, as its label says; empty if it does not. */
  owner: z.string(),
  /** What is run there; null where nothing says so. */
  title: z.string().nullable(),
  /** Its run is in this computer's history. What is not may be a colleague's, or of a run that was deleted here. */
  own: z.boolean(),
  /** `deleting`: it was deleted, and is gone once the cluster has ended it. */
  state: z.enum(['live', 'ended', 'deleting', 'unknown']),
  /** Its artifacts are still to be fetched: deleting it loses them. */
  uncollected: z.boolean(),
  /** When its time to live ends, if it has one that runs. */
  expiresMs: z.number().int().nullable(),
});
export type Leftover = z.infer<typeof Leftover>;

const OneRun = z.object({ runId: RunId });
const Place = z.object({ connectionId: ConnectionId, namespace: NamespaceName.optional() });

export const jobsContract = {
  /** What would be applied and sent. Asks no cluster. @throws NOT_FOUND no such connection or folder · INVALID_INPUT what cannot become a Job (why) */
  preview: procedure.input(JobRequest).output(JobPreview),

  /**
   * Checks whether the run can work, without creating anything; yields each line as it is known and ends. Cancelling ends the checks.
   * @throws NOT_FOUND
   */
  preflight: procedure.input(JobRequest).output(eventIterator(PreflightCheck)),

  /**
   * Submits a run. It is on disk, with all it needs, when this answers, and will be exactly one Job whatever happens then.
   * The id is the caller's, so that the call may be repeated. What goes wrong at the cluster is the job's `failure`.
   *
   * @throws NOT_FOUND connection or folder · CONFLICT the connection is a production one and `confirmed` is not set, or the id is taken
   * · INVALID_INPUT what cannot become a Job · STORAGE_READ_ONLY
   */
  submit: procedure.input(JobRequest.extend({ runId: RunId, confirmed: z.boolean().default(false) })).output(Job),

  /**
   * Stops a run: from the queue at once; else SIGINT, SIGTERM after `graceSeconds`, and after as many again the Job is deleted. Output and
   * artifacts are kept. Called again, it goes on to the next step at once. @throws NOT_FOUND
   */
  cancel: procedure.input(OneRun.extend({ graceSeconds: z.number().min(0).max(600).default(5) })).output(Job),

  /** @throws NOT_FOUND no cluster run has this id */
  get: procedure.input(OneRun).output(Job),

  /** Runs that are not done, oldest first; with `connectionId` those of one connection. */
  live: procedure.input(z.object({ connectionId: ConnectionId.optional() })).output(z.object({ jobs: z.array(Job) })),

  /** Changes of all cluster runs from now on. A slow reader gets `reset`. Cancelling ends it. */
  watch: procedure.output(eventIterator(JobEvent)),

  /** Runs that wait for their turn, in order. */
  queue: procedure.input(z.object({ connectionId: ConnectionId.optional() })).output(z.object({ jobs: z.array(Job) })),

  /** Moves a waiting run before another of the same connection; null: to the end. @throws NOT_FOUND · CONFLICT one of them does not wait any more */
  reorder: procedure.input(OneRun.extend({ before: RunId.nullable() })).output(z.object({ jobs: z.array(Job) })),

  /** What was asked for, exactly: to submit it again, as it was or with a change. @throws NOT_FOUND */
  request: procedure.input(OneRun).output(JobRequest),

  /** The objects of a run as they were applied, as YAML; secret values are masked. @throws NOT_FOUND */
  manifest: procedure.input(OneRun).output(z.object({ yaml: z.string() })),

  /** Files that came back. @throws NOT_FOUND */
  artifacts: procedure.input(OneRun).output(z.object({ folder: z.string(), artifacts: z.array(Artifact) })),

  /** One of them that is a picture, to be shown. @throws NOT_FOUND · UNSUPPORTED it is none */
  artifactPicture: procedure.input(OneRun.extend({ path: z.string() })).output(ArtifactPicture),

  /**
   * Copies artifacts, all or those at `paths`, into a folder on this computer under their relative paths. Overwrites nothing.
   * @throws NOT_FOUND · CONFLICT a file is there already (which) · FORBIDDEN · STORAGE_READ_ONLY the disk is full
   */
  saveArtifacts: procedure
    .input(OneRun.extend({ to: AbsolutePath, paths: z.array(z.string()).min(1).max(100_000).optional() }))
    .output(z.object({ files: z.number().int().min(0), bytes: z.number().int().min(0) })),

  /** Fetches artifacts again that could not be fetched. @throws NOT_FOUND · CONFLICT they are not in the cluster any more */
  fetchArtifacts: procedure.input(OneRun).output(Job),

  /** What this application has left in a namespace, oldest first. @throws NOT_FOUND · UNAVAILABLE · UNAUTHENTICATED · FORBIDDEN */
  leftovers: procedure.input(Place).output(z.object({ namespace: z.string(), items: z.array(Leftover) })),

  /**
   * Deletes some of them, each only if it is still the one with that uid; a run that lives is cancelled that way.
   * @throws NOT_FOUND · UNAVAILABLE · UNAUTHENTICATED
   */
  cleanUp: procedure
    .input(Place.extend({ items: z.array(z.object({ kind: Leftover.shape.kind, name: z.string(), uid: z.string() })).min(1).max(1000) }))
    .output(z.object({ deleted: z.number().int().min(0), failed: z.array(z.object({ kind: Leftover.shape.kind, name: z.string(), message: z.string() })) })),

  /**
   * The least that an administrator has to make for a namespace, as YAML; with `apply` it is applied (server-side), and `applied` names each object.
   * @throws NOT_FOUND · FORBIDDEN · UNAVAILABLE · UNAUTHENTICATED
   */
  setup: procedure
    .input(
      Place.extend({
        /** Who is to be bound to the Role: `User:name`, `Group:name` or `ServiceAccount:name`. */
        subject: z.string().max(300).optional(),
        apply: z.boolean().default(false),
      }),
    )
    .output(z.object({ yaml: z.string(), applied: z.array(z.string()) })),
};
