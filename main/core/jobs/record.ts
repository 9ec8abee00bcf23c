import { z } from 'zod';
import { ConnectionId } from '../../../contract/connections.ts';
import { Failure } from '../../../contract/failures.ts';
import { RunId } from '../../../contract/ids.ts';
import { RunPackage } from '../../../contract/inputs.ts';
import { ArtifactState, CancelStep, JobPhase, JobUsage, type Job } from '../../../contract/jobs.ts';
import { TracebackFrame } from '../../../contract/output.ts';
import { ProfileSettings } from '../../../contract/profiles.ts';
import { quantityOf } from './failures/quantity.ts';
import { RunnerReport } from './report.ts';

/** What never changes about a job after it was submitted. */
export const JobFacts = z.object({
  title: z.string(),
  connectionName: z.string(),
  profileName: z.string(),
  profile: ProfileSettings,
  /** The script's name in the pod, and where it is on this computer: tracebacks are told in the latter. */
  script: z.string(),
  path: z.string().nullable(),
  folder: z.string().nullable(),
  exactly: RunId.nullable().default(null),
  pinned: z.array(RunPackage).nullable().default(null),
  /** Of the archive beside the database that holds its files until they are in the pod; null when they are in the Secret. */
  archiveSha256: z.string().nullable(),
  submittedMs: z.number().int(),
});
export type JobFacts = z.infer<typeof JobFacts>;

/** The Kubernetes objects of a job, as they are sent. */
export const JobManifest = z.object({ job: z.record(z.string(), z.unknown()), secret: z.record(z.string(), z.unknown()) });
export type JobManifest = z.infer<typeof JobManifest>;

/** What has been seen of a job. */
export const JobState = z.object({
  /** As in the contract's Job. */
  revision: z.number().int().default(0),
  /** Set once the Job is known to be there: from then on it is never made again. */
  jobUid: z.string().nullable(),
  /** Set once its Secret is there and it was allowed to run. */
  resumed: z.boolean(),
  timeline: z.array(z.object({ phase: JobPhase, atMs: z.number().int() })),
  /** When a Job for a queue was first seen to be let run; null before, and for a Job without a queue. */
  letGoMs: z.number().int().nullable().default(null),
  cancel: CancelStep.nullable(),
  pod: z.object({ name: z.string(), uid: z.string() }).nullable(),
  node: z.string().nullable(),
  attempt: z.number().int(),
  waitingFor: z.string().nullable(),
  usage: JobUsage.nullable(),
  pythonVersion: z.string().nullable(),
  /** `sha256:…` of the image as the node pulled it. */
  imageDigest: z.string().nullable().default(null),
  artifacts: ArtifactState,
  failure: Failure.nullable(),
  /** What the runner said about the end of the last attempt, before Kubernetes knows. */
  report: RunnerReport.nullable(),
  /** The exception that ended it, as the log told it. */
  error: z.object({ text: z.string(), frames: z.array(TracebackFrame) }).nullable(),
  lostSince: z.object({ sinceMs: z.number().int(), failure: Failure }).nullable(),
});
export type JobState = z.infer<typeof JobState>;

/** Begins at the clock, so that it grows over a restart too, which forgets the changes that need not be stored; goes on by one where the clock stands or goes back. */
export function nextRevision(last: number): number {
  return Math.max(last + 1, Date.now());
}

export function newJobState(): JobState {
  return {
    revision: nextRevision(0), jobUid: null, resumed: false, timeline: [], letGoMs: null, cancel: null, pod: null, node: null, attempt: 0, waitingFor: null, usage: null, pythonVersion: null,
    imageDigest: null, artifacts: { state: 'none' }, failure: null, report: null, error: null, lostSince: null,
  };
}

/** How far the log of a pod's main container has been read. It moves in the transaction that stores what was read. */
export const LogCursor = z.object({
  podUid: z.string().default(''),
  /** Number of the runner's last line that is stored. */
  seq: z.number().int().default(0),
  /** Up to where the log itself has been read, when its beginning came from the runner's copy first; else that line too. */
  logSeq: z.number().int().optional(),
  /** Lines from elsewhere that followed the last one that the log itself has had. */
  plainLines: z.number().int().default(0),
  /** The pod's clock at or before that line, milliseconds since 1970; 0 for the beginning. */
  podMs: z.number().default(0),
});
export type LogCursor = z.infer<typeof LogCursor>;

/** A row of the table jobs, joined with its run's id. */
export interface JobRow {
  key: number;
  run_id: RunId;
  connection_id: string;
  server: string;
  namespace: string;
  job_name: string;
  core_id: string;
  phase: JobPhase;
  queue_order: number | null;
  request: string;
  state: string;
}

/** A job as it is worked with. */
export interface JobRecord {
  key: number;
  runId: RunId;
  connectionId: ConnectionId;
  server: string;
  namespace: string;
  jobName: string;
  phase: JobPhase;
  facts: JobFacts;
  state: JobState;
}

/** How long it may still take to a started container, milliseconds from now. In a queue no time goes by. */
export function startLeftMs({ state, facts }: Pick<JobRecord, 'state' | 'facts'>): number {
  const beginMs = state.letGoMs ?? state.timeline.find(({ phase }) => phase === 'created')?.atMs ?? Date.now();
  return Math.max(0, beginMs + facts.profile.startTimeoutSeconds * 1000 - Date.now());
}

export function recordOf(row: JobRow): JobRecord {
  return {
    key: row.key,
    runId: row.run_id,
    connectionId: ConnectionId.parse(row.connection_id),
    server: row.server,
    namespace: row.namespace,
    jobName: row.job_name,
    phase: row.phase,
    facts: JobFacts.parse(JSON.parse(row.request)),
    state: JobState.parse(JSON.parse(row.state)),
  };
}

export function jobOf({ runId, connectionId, server, namespace, jobName, phase, facts, state }: JobRecord, queuePosition: number | null): Job {
  return {
    runId,
    revision: state.revision,
    title: facts.title,
    connectionId,
    connectionName: facts.connectionName,
    server,
    namespace,
    profileName: facts.profileName,
    jobName,
    phase,
    timeline: state.timeline,
    cancel: state.cancel,
    pod: state.pod?.name ?? null,
    node: state.node,
    attempt: state.attempt,
    waitingFor: state.waitingFor,
    usage: state.usage,
    limits: { cpuCores: quantityOf(facts.profile.cpu), memoryBytes: quantityOf(facts.profile.memory) },
    pythonVersion: state.pythonVersion,
    contact: state.lostSince === null ? { state: 'ok' } : { state: 'lost', ...state.lostSince },
    artifacts: state.artifacts,
    failure: state.failure,
    queuePosition,
  };
}
