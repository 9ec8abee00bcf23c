import { z } from 'zod';
import { toAppError } from '../../../../contract/errors.ts';
import { failureOfRefusal, quantityOf } from '../failures/index.ts';
import { paths } from '../kube.ts';
import { isAllowed } from './access.ts';
import { questionTimeoutMs, type Line, type Outcome, type PreflightOptions } from './line.ts';

/** The server checks the objects as if they were made: fields, PodSecurity, quota, LimitRange, the cluster's own rules. */
export function checkDryRun(options: PreflightOptions): Line[] {
  return [
    { id: 'dryRun', title: 'The cluster would take the Job', outcome: objects(options) },
    { id: 'pod', title: 'Quota, limits and PodSecurity allow the pod', outcome: pod(options) },
  ];
}

async function objects(options: PreflightOptions): Promise<Outcome> {
  const { manifest, namespace } = options;
  const outcomes = await Promise.all([dryRun(options, paths.jobs(namespace), manifest.job), dryRun(options, paths.secrets(namespace), manifest.secret)]);
  const bad = outcomes.find((outcome) => outcome !== null);
  return bad ?? { state: 'passed', evidence: 'Job and Secret accepted in a dry run', fix: null };
}

/** @returns null if it is accepted */
async function dryRun({ client, namespace, signal }: PreflightOptions, path: string, body: unknown): Promise<Outcome | null> {
  try {
    await client.request('POST', path, { query: { dryRun: 'All' }, body, signal, timeoutMs: questionTimeoutMs });
    return null;
  } catch (error) {
    const known = toAppError(error);
    if (!['INVALID_INPUT', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT'].includes(known.code)) throw error;
    const { kind, message, action } = failureOfRefusal(known, namespace);
    // The line of the rights has it already.
    if (kind === 'rightsLost') return { state: 'unknown', evidence: `Not known: ${message}`, fix: null };
    return { state: 'failed', evidence: message, fix: action };
  }
}

/** A Job is accepted whose pods never will be: so a pod is tried as well where that is allowed, else what limits it is read. */
async function pod(options: PreflightOptions): Promise<Outcome> {
  const { manifest, namespace } = options;
  const { template } = JobSpec.parse(manifest.job).spec;
  if (await isAllowed(options, { group: '', resource: 'pods' }, 'create')) {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, generateName: 'pyexekube-preflight-', namespace }, spec: template.spec };
    return (await dryRun(options, paths.pods(namespace), body)) ?? { state: 'passed', evidence: 'Pod accepted in a dry run', fix: null };
  }
  return readQuotas(options);
}

/** The part of a Job that is its pod. */
const JobSpec = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.looseObject({}),
      spec: z.looseObject({
        containers: z.array(
          z.looseObject({ resources: z.object({ requests: z.record(z.string(), z.string()).default({}), limits: z.record(z.string(), z.string()).default({}) }).default({ requests: {}, limits: {} }) }),
        ),
      }),
    }),
  }),
});

const Quotas = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ scopes: z.array(z.string()).optional(), scopeSelector: z.unknown().optional() }).default({}),
      status: z.object({ hard: z.record(z.string(), z.string()).default({}), used: z.record(z.string(), z.string()).default({}) }).default({ hard: {}, used: {} }),
    }),
  ),
});

async function readQuotas(options: PreflightOptions): Promise<Outcome> {
  const { client, namespace, manifest, signal } = options;
  const { items } = Quotas.parse(await client.request('GET', `/api/v1/namespaces/${namespace}/resourcequotas`, { signal, timeoutMs: questionTimeoutMs }));
  const wanted = wantedOf(JobSpec.parse(manifest.job).spec.template.spec.containers);
  for (const { metadata, spec, status } of items) {
    // A scope may leave the run out; only the server knows.
    if (spec.scopes !== undefined || spec.scopeSelector !== undefined) continue;
    for (const [resource, hard] of Object.entries(status.hard)) {
      const used = quantityOf(status.used[resource] ?? '0');
      const asked = wanted[resource] ?? 0;
      if (asked > 0 && used + asked > quantityOf(hard)) {
        return {
          state: 'failed',
          evidence: `The quota "${metadata.name}" of ${namespace} allows ${hard} of ${resource}; ${status.used[resource] ?? '0'} is in use, and the run needs ${asked}.`,
          fix: { kind: 'cleanUp', label: 'See what is left there' },
        };
      }
    }
  }
  return { state: 'unknown', evidence: `The quotas leave room (${items.length} read). The rest is not known before the start: you may not try a pod.`, fix: null };
}

/** What a pod adds to a quota, by the quota's own names. */
function wantedOf(containers: readonly { resources: { requests: Record<string, string>; limits: Record<string, string> } }[]): Record<string, number> {
  const sums: Record<string, number> = { pods: 1, 'count/pods': 1, 'count/jobs.batch': 1, secrets: 1, 'count/secrets': 1 };
  const add = (name: string, value: string): void => {
    sums[name] = (sums[name] ?? 0) + quantityOf(value);
  };
  for (const { resources } of containers) {
    for (const [name, value] of Object.entries(resources.requests)) {
      add(`requests.${name}`, value);
      add(name, value);
    }
    for (const [name, value] of Object.entries(resources.limits)) add(`limits.${name}`, value);
  }
  return sums;
}
