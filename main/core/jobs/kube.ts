import { z } from 'zod';

const optionalText = z.string().default('');
const Metadata = z.object({
  name: z.string(),
  uid: optionalText,
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  creationTimestamp: optionalText,
  deletionTimestamp: z.string().optional(),
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })).default([]),
});
const Condition = z.object({ type: z.string(), status: z.string(), reason: optionalText, message: optionalText, lastTransitionTime: z.string().nullish() });

const Terminated = z.object({
  exitCode: z.number().int(),
  signal: z.number().int().optional(),
  reason: optionalText,
  message: optionalText,
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
});
const ContainerStatus = z.object({
  name: z.string(),
  restartCount: z.number().int().default(0),
  /** `docker.io/library/python@sha256:…` once the image is there. */
  imageID: optionalText,
  state: z
    .object({
      waiting: z.object({ reason: optionalText, message: optionalText }).optional(),
      running: z.object({ startedAt: z.string().nullish() }).optional(),
      terminated: Terminated.optional(),
    })
    .default({}),
});
export type ContainerStatus = z.infer<typeof ContainerStatus>;

/** The parts of a pod that are read (kubernetes.io, "Pod v1 core"). */
export const KubePod = z.object({
  metadata: Metadata,
  spec: z.object({ nodeName: z.string().optional() }).default({}),
  status: z
    .object({
      phase: optionalText,
      reason: optionalText,
      message: optionalText,
      startTime: z.string().nullish(),
      conditions: z.array(Condition).default([]),
      containerStatuses: z.array(ContainerStatus).default([]),
    })
    .default({ phase: '', reason: '', message: '', conditions: [], containerStatuses: [] }),
});
export type KubePod = z.infer<typeof KubePod>;

/** The parts of a Job that are read (kubernetes.io, "Job v1 batch"). */
export const KubeJob = z.object({
  metadata: Metadata,
  spec: z.object({ suspend: z.boolean().nullish(), backoffLimit: z.number().int().nullish(), ttlSecondsAfterFinished: z.number().int().nullish() }).default({}),
  status: z
    .object({
      active: z.number().int().default(0),
      failed: z.number().int().default(0),
      succeeded: z.number().int().default(0),
      completionTime: z.string().nullish(),
      conditions: z.array(Condition).default([]),
    })
    .default({ active: 0, failed: 0, succeeded: 0, conditions: [] }),
});
export type KubeJob = z.infer<typeof KubeJob>;

/** An event of the namespace (kubernetes.io, "Event v1 core"). */
export const KubeEvent = z.object({
  type: optionalText,
  reason: optionalText,
  message: optionalText,
  count: z.number().int().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  involvedObject: z.object({ kind: optionalText, name: optionalText, uid: optionalText }),
});
export type KubeEvent = z.infer<typeof KubeEvent>;
export const KubeEventList = z.object({ items: z.array(KubeEvent) });

/** `Complete` or `Failed` once the Job has come to its end. */
export function jobOutcome(job: KubeJob): { outcome: 'complete' | 'failed'; reason: string; message: string } | null {
  for (const { type, status, reason, message } of job.status.conditions) {
    if (status !== 'True') continue;
    if (type === 'Complete') return { outcome: 'complete', reason, message };
    if (type === 'Failed') return { outcome: 'failed', reason, message };
  }
  return null;
}

export function containerStatus(pod: KubePod, name: string): ContainerStatus | undefined {
  return pod.status.containerStatuses.find((status) => status.name === name);
}

export const paths = {
  jobs: (namespace: string, name?: string) => `/apis/batch/v1/namespaces/${namespace}/jobs${name === undefined ? '' : `/${name}`}`,
  secrets: (namespace: string, name?: string) => `/api/v1/namespaces/${namespace}/secrets${name === undefined ? '' : `/${name}`}`,
  pods: (namespace: string, name?: string) => `/api/v1/namespaces/${namespace}/pods${name === undefined ? '' : `/${name}`}`,
  events: (namespace: string) => `/api/v1/namespaces/${namespace}/events`,
};
