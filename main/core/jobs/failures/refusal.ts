import type { AppError } from '../../../../contract/errors.ts';
import type { Failure } from '../../../../contract/failures.ts';
import { kubeStatusOf } from '../../cluster/index.ts';
import { rightsYaml } from '../setup/index.ts';
import { editProfile, failure, runAgain } from './evidence.ts';

/** Why the API server did not make an object of a run, or could not be asked. */
export function failureOfRefusal(error: AppError, namespace: string): Failure {
  const status = kubeStatusOf(error);
  const said = status?.message ?? error.message;
  const openConnection = { kind: 'openConnection', label: 'Open the connection' } as const;
  if (error.code === 'UNAUTHENTICATED') return failure('signInExpired', `The sign-in is not accepted (any more): ${said}`, openConnection, said);
  if (status === null && error.code === 'FORBIDDEN') return failure('rightsLost', error.message, openConnection, said);
  // Not an answer of the API server: what the run needs is not installed there.
  if (status === null && error.code === 'UNSUPPORTED') return failure('admission', error.message, editProfile('queue'), said);
  if (status === null) return failure('unreachable', error.message, openConnection, said);
  if (/namespaces? "[^"]+" not found/.test(said)) return failure('namespaceGone', `The namespace ${namespace} does not exist.`, openConnection, said);
  if (/because it is being terminated/.test(said)) return failure('namespaceGone', `The namespace ${namespace} is being deleted.`, openConnection, said);
  const admission = admissionFailure(said, namespace);
  if (admission !== null) return admission;
  if (error.code === 'INVALID_INPUT') {
    const fields = status.details.causes.map(({ field, message }) => `${field}: ${message}`).join('; ');
    return failure('invalid', `The cluster does not take the Job: ${fields || said}`, editProfile(fieldOf(fields)), said);
  }
  return failure('admission', `The cluster refused: ${said}`, runAgain, said);
}

/** The field of a profile that a field of the Job comes from, as far as one can be told. */
function fieldOf(fields: string): string {
  const [, kind, resource] = /resources\.(requests|limits)\b[\s\S]*?\b(cpu|memory|ephemeral-storage)\b/.exec(fields) ?? [];
  if (resource === 'ephemeral-storage') return 'ephemeralStorage';
  if (resource !== undefined) return kind === 'requests' ? `${resource}Request` : resource;
  const [, own] = /template\.spec\.(tolerations|nodeSelector|volumes)\b/.exec(fields) ?? [];
  return own ?? 'image';
}

/** What an admission step said (kubernetes.io, "Admission Control"); null if it is none of those that are known. */
export function admissionFailure(said: string, namespace: string): Failure | null {
  const right = /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"/.exec(said);
  if (right !== null) {
    const [, user = '', verb = '', resource = ''] = right;
    const text = rightsYaml(namespace, `User:${user}`);
    return failure('rightsLost', `${user} has no right to ${verb} ${resource} in ${namespace}.`, { kind: 'copyText', label: 'Copy the Role for your administrator', text }, said);
  }
  const quota = /exceeded quota: ([^,]+), requested: (.+?), used: (.+?), limited: (.+)$/.exec(said);
  if (quota !== null) {
    const [, name = '', requested = '', used = '', limited = ''] = quota;
    return failure('quota', `The quota "${name}" of ${namespace} is used up: asked for ${requested}, in use ${used}, allowed ${limited}.`, { kind: 'cleanUp', label: 'See what is left there' }, said);
  }
  const unset = /failed quota: ([^:]+): must specify (.+)$/.exec(said);
  if (unset !== null) return failure('quota', `The quota "${unset[1] ?? ''}" wants ${unset[2] ?? ''} to be set.`, editProfile('ephemeralStorage'), said);
  const limit = /(maximum|minimum) (\S+) usage per (Pod|Container) is ([^,]+?), but (limit|request) is ([^,.\]\s]+)/.exec(said);
  if (limit !== null) {
    const [, bound = '', resource = '', scope = '', allowed = '', , asked = ''] = limit;
    return failure('quota', `${namespace} allows a ${scope.toLowerCase()} ${bound === 'maximum' ? 'at most' : 'at least'} ${allowed} of ${resource}; the run has ${asked}.`, editProfile(resource === 'memory' ? 'memory' : 'cpu'), said);
  }
  const security = /violates PodSecurity "([^"]+)": (.+)$/.exec(said);
  if (security !== null) return failure('podSecurity', `PodSecurity ${security[1] ?? ''} of ${namespace} refuses the pod: ${security[2] ?? ''}.`, editProfile('volumes'), said);
  // OpenShift's own (docs.openshift.com, "Managing security context constraints").
  if (/security context constraint/.test(said)) {
    const field = /\.(\S+): Invalid value: (\S+): ([^\],]+)/.exec(said);
    return failure('podSecurity', `A security context constraint of ${namespace} refuses the pod${field === null ? '' : `: ${field[1] ?? ''} ${field[2] ?? ''} ${field[3] ?? ''}`}.`, editProfile('userId', 'Let the cluster choose the user'), said);
  }
  const webhook = /admission webhook "([^"]+)" denied the request: ([\s\S]+)$/.exec(said);
  if (webhook !== null) return failure('admission', `The cluster's own rules (${webhook[1] ?? ''}) refuse the run: ${webhook[2] ?? ''}`, editProfile('image'), said);
  const account = /error looking up service account [^/]+\/([^:]+): /.exec(said);
  if (account !== null) return failure('admission', `The service account "${account[1] ?? ''}" does not exist in ${namespace}.`, editProfile('serviceAccount'), said);
  const priority = /no PriorityClass with name (\S+) was found/.exec(said);
  if (priority !== null) return failure('admission', `The priority class "${priority[1] ?? ''}" does not exist.`, editProfile('priorityClass'), said);
  return null;
}
