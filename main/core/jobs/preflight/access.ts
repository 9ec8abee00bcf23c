import { z } from 'zod';
import { toAppError, type AppError } from '../../../../contract/errors.ts';
import { kubeStatusOf } from '../../cluster/index.ts';
import { rights, rightsYaml, type Right } from '../setup/index.ts';
import { questionTimeoutMs, type Line, type Outcome, type PreflightOptions } from './line.ts';

const Version = z.object({ gitVersion: z.string() });
const SelfReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string().default(''), groups: z.array(z.string()).default([]) }).default({ username: '', groups: [] }) }) });
const AccessReview = z.object({ status: z.object({ allowed: z.boolean(), reason: z.string().optional() }) });

const openConnection = { kind: 'openConnection', label: 'Open the connection' } as const;

/** Reachable, signed in, allowed. The first two lines are the ones that the rest depends on. */
export function checkAccess(options: PreflightOptions): Line[] {
  const who = whoAmI(options);
  return [
    { id: 'reachable', title: 'The cluster answers', outcome: reachable(options) },
    { id: 'signedIn', title: 'Signed in', outcome: signedIn(who) },
    { id: 'rights', title: `Rights in ${options.namespace}`, outcome: hasRights(options, who) },
  ];
}

async function reachable({ client, signal }: PreflightOptions): Promise<Outcome> {
  const startMs = performance.now();
  try {
    const { gitVersion } = Version.parse(await client.request('GET', '/version', { signal, timeoutMs: questionTimeoutMs }));
    return { state: 'passed', evidence: `${client.server}: Kubernetes ${gitVersion}, ${Math.round(performance.now() - startMs)} ms`, fix: null };
  } catch (error) {
    const known = toAppError(error);
    const status = kubeStatusOf(known)?.code;
    // No API server refuses this question so.
    if (status === 404 || status === 400) return { state: 'failed', evidence: `${client.server} answers, but not as a Kubernetes API server does.`, fix: openConnection };
    // Who answers with a refusal is there; the next line tells why it refuses.
    if (status !== undefined) return { state: 'passed', evidence: `${client.server} answers, but does not tell its version.`, fix: null };
    return { state: 'failed', evidence: known.message, fix: openConnection };
  }
}

type Who = { user: string } | { error: AppError };

/** SelfSubjectReview is there from Kubernetes 1.28 on; an older server says 404 to it, which is an answer to a signed-in caller. */
async function whoAmI({ client, signal }: PreflightOptions): Promise<Who> {
  try {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { status } = SelfReview.parse(await client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body, signal, timeoutMs: questionTimeoutMs }));
    return { user: status.userInfo.username };
  } catch (error) {
    return { error: toAppError(error) };
  }
}

async function signedIn(asking: Promise<Who>): Promise<Outcome> {
  const who = await asking;
  if ('error' in who) {
    const { error } = who;
    if (error.code === 'UNAUTHENTICATED') return { state: 'failed', evidence: error.message, fix: openConnection };
    if (error.code === 'NOT_FOUND') return { state: 'passed', evidence: 'The sign-in is accepted; this cluster does not tell the name.', fix: null };
    if (error.code === 'FORBIDDEN' && kubeStatusOf(error) === null) return { state: 'failed', evidence: error.message, fix: openConnection };
    return { state: 'unknown', evidence: `Not known: ${error.message}`, fix: null };
  }
  if (who.user === 'system:anonymous') return { state: 'failed', evidence: 'The cluster knows you as nobody (system:anonymous).', fix: openConnection };
  return { state: 'passed', evidence: `as ${who.user}`, fix: null };
}

async function hasRights(options: PreflightOptions, asking: Promise<Who>): Promise<Outcome> {
  const asked = rights.flatMap((right) => right.verbs.map((verb) => ({ right, verb })));
  const answers = await Promise.all(asked.map(async ({ right, verb }) => ({ right, verb, allowed: await isAllowed(options, right, verb) })));
  const missing = answers.filter(({ allowed }) => !allowed);
  if (missing.length === 0) return { state: 'passed', evidence: `${answers.length} of ${answers.length}: ${rights.map(nameOf).join(', ')}`, fix: null };
  const names = missing.map(({ right, verb }) => `${verb} ${nameOf(right)}`).join(', ');
  const who = await asking;
  const text = rightsYaml(options.namespace, `User:${'user' in who ? who.user : 'NAME'}`);
  const fix = { kind: 'copyText', label: 'Copy the Role for your administrator', text } as const;
  if (missing.some(({ right }) => right.without === undefined)) return { state: 'failed', evidence: `Missing: ${names}.`, fix };
  const consequences = [...new Set(missing.map(({ right }) => right.without))].join('; ');
  return { state: 'warning', evidence: `Missing: ${names}. Without it ${consequences}.`, fix };
}

function nameOf({ resource, subresource }: Right): string {
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}

/** Whether the caller may do it in the run's namespace. */
export async function isAllowed({ client, namespace, signal }: PreflightOptions, { group, resource, subresource }: Pick<Right, 'group' | 'resource' | 'subresource'>, verb: string): Promise<boolean> {
  const resourceAttributes = { namespace, verb, group, resource, ...(subresource === undefined ? {} : { subresource }) };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  return AccessReview.parse(await client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body, signal, timeoutMs: questionTimeoutMs })).status.allowed;
}
