import type { V1Job, V1PodFailurePolicy, V1Secret } from '@kubernetes/client-node';
import { AppError } from '../../../../contract/errors.ts';
import type { RunId } from '../../../../contract/ids.ts';
import type { ProfileSettings } from '../../../../contract/profiles.ts';
import { graceSeconds, runnerConfig, type RunPayload } from './config.ts';
import { mainContainer, podSpec } from './pod.ts';
import type { RunnerFiles } from './runnerFiles.ts';

export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedBy = 'pyexekube';
export const runIdLabel = 'pyexekube.dev/run-id';
export const titleAnnotation = 'pyexekube.dev/title';
export const ownerAnnotation = 'pyexekube.dev/owner';
export const versionAnnotation = 'pyexekube.dev/version';

/** Selects everything that this application has made. */
export const managedBySelector = `${managedByLabel}=${managedBy}`;

/** Most bytes of a Secret's data (kubernetes.io, "Secrets"), less some room for metadata. */
export const maxSecretBytes = 1024 * 1024 - 8 * 1024;

/** Exit codes of the main container after which a new attempt would end the same: out of memory, cancelled, our own. See PROTOCOL.md. */
export const exitCodes = { timeout: 124, cancelled: 130, killed: 137, requirements: 213, hopeless: 214 };

export interface ManifestInput {
  runId: RunId;
  namespace: string;
  settings: ProfileSettings;
  payload: RunPayload;
  title: string;
  /** Who submits, as the list of what is left shows it: `ada@laptop`. */
  owner: string;
  appVersion: string;
  runner: RunnerFiles;
}

export interface Manifest {
  /** Suspended: it is resumed when its Secret is there, by Kueue where the profile names a queue. */
  job: V1Job;
  /** Immutable. Without `jobUid`, as it is shown and dry-run before the Job exists, it has no owner. */
  secret(jobUid?: string): V1Secret;
}

/** Name of the Job and of its Secret. */
export function jobName(runId: RunId): string {
  return `pyexekube-${runId}`;
}

/** How many bytes of files still fit into a run's Secret; what is larger is sent by exec. */
export function roomForFiles(input: Omit<ManifestInput, 'payload'> & { payload: Omit<RunPayload, 'files'> }): number {
  const config = runnerConfig(input.runId, input.settings, { ...input.payload, files: { from: 'exec', bytes: Number.MAX_SAFE_INTEGER, sha256: '0'.repeat(64) } });
  return Math.max(0, maxSecretBytes - sizeOf(input.runner) - Buffer.byteLength(JSON.stringify(config)));
}

/**
 * Makes the objects of a run. Nothing is asked of a cluster.
 * @throws AppError INVALID_INPUT the arguments and variables alone are more than a Secret holds
 */
export function buildManifest(input: ManifestInput): Manifest {
  const { runId, settings, payload } = input;
  const name = jobName(runId);
  const config = JSON.stringify(runnerConfig(runId, settings, payload));
  const data: Record<string, string> = { 'runner.py': base64(input.runner.runner), 'sitecustomize.py': base64(input.runner.hook), 'run.json': base64(config) };
  let bytes = sizeOf(input.runner) + Buffer.byteLength(config);
  if (payload.files.from === 'secret') {
    data['files.tar.gz'] = Buffer.from(payload.files.data).toString('base64');
    bytes += payload.files.data.length;
  }
  if (bytes > maxSecretBytes) {
    throw new AppError('INVALID_INPUT', `The run's arguments, variables and requirements are ${bytes.toLocaleString('en')} bytes with its files; a Secret holds ${maxSecretBytes.toLocaleString('en')}.`, {
      action: 'Put what is large into a file.',
    });
  }
  const metadata = {
    name,
    namespace: input.namespace,
    labels: { [managedByLabel]: managedBy, [runIdLabel]: runId },
    annotations: { [titleAnnotation]: input.title, [ownerAnnotation]: input.owner, [versionAnnotation]: input.appVersion },
  };

  const job: V1Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, labels: { ...metadata.labels, ...(settings.queue === null ? {} : { 'kueue.x-k8s.io/queue-name': settings.queue }) } },
    spec: {
      suspend: true,
      parallelism: 1,
      completions: 1,
      backoffLimit: settings.retries,
      activeDeadlineSeconds: deadlineSeconds(settings),
      ttlSecondsAfterFinished: settings.ttlSeconds,
      ...(settings.retries === 0 ? {} : { podFailurePolicy }),
      template: { metadata: { labels: { ...metadata.labels } }, spec: podSpec(settings, name) },
    },
  };

  return {
    job,
    secret: (jobUid) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        ...metadata,
        ...(jobUid === undefined ? {} : { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid: jobUid, controller: true }] }),
      },
      type: 'Opaque',
      immutable: true,
      data,
    }),
  };
}

/**
 * The cluster's own deadline, behind those that the application and the runner keep: they end a run with its output and files,
 * this one kills the pod. It counts from the Job's start over all attempts, with pulling, installing and the wait for collection.
 */
function deadlineSeconds(settings: ProfileSettings): number {
  const attempt = settings.startTimeoutSeconds + settings.timeoutSeconds + settings.holdSeconds + graceSeconds + 600;
  return attempt * (settings.retries + 1);
}

/**
 * A pod that the cluster took away does not count as an attempt; one that ran out of memory, was cancelled or cannot ever work
 * ends the Job.
 */
const podFailurePolicy: V1PodFailurePolicy = {
  rules: [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    {
      action: 'FailJob',
      onExitCodes: { containerName: mainContainer, operator: 'In', values: [exitCodes.cancelled, exitCodes.killed, exitCodes.hopeless] },
    },
  ],
};

function sizeOf({ runner, hook }: RunnerFiles): number {
  return Buffer.byteLength(runner) + Buffer.byteLength(hook);
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
