import type { Failure } from '../../../../contract/failures.ts';
import { mainContainer } from '../manifest/index.ts';
import { editProfile, failure, runAgain, type RunEvidence } from './evidence.ts';
import { admissionFailure } from './refusal.ts';
import { secondsText } from './quantity.ts';

/** Why a run did not come to its script: what the pod waits for, else what the events tell. */
export function failureOfStart(evidence: RunEvidence): Failure {
  return startObstacle(evidence) ?? failure('unknown', `The run did not start within ${secondsText(evidence.settings.startTimeoutSeconds)}, and the cluster does not say why.`, runAgain, lastEvents(evidence));
}

/** What keeps a pod from starting, if anything that is known does. */
export function startObstacle(evidence: RunEvidence): Failure | null {
  const { pod, settings } = evidence;
  const status = pod?.status.containerStatuses.find(({ name }) => name === mainContainer);
  const waiting = status?.state.waiting;
  const event = (...reasons: string[]): string => evidence.events.findLast(({ reason }) => reasons.includes(reason))?.message ?? '';

  if (waiting !== undefined && /^(ErrImage|ImagePull|InvalidImageName|RegistryUnavailable|ImageInspect)/.test(waiting.reason)) {
    // The back-off's own message is the image alone on older clusters; the event has the reason.
    const said = [event('Failed'), waiting.message].find((text) => pullReason(text) !== null) ?? waiting.message;
    return failureOfPull(settings.image, waiting.reason, said, settings.imagePullSecrets.length > 0);
  }
  if (waiting !== undefined && /^(CreateContainer|RunContainer|CrashLoop)/.test(waiting.reason)) return failureOfContainer(waiting.message || waiting.reason, settings);
  const terminated = status?.state.terminated;
  if (terminated !== undefined && /^(StartError|ContainerCannotRun)$/.test(terminated.reason)) return failureOfContainer(terminated.message, settings);

  const created = event('FailedCreate');
  if (pod === null && created !== '') return admissionFailure(created, evidence.namespace) ?? failure('admission', `The cluster refuses the pod: ${sentence(created)}`, editProfile('image'), created);
  const scheduled = pod?.status.conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (scheduled !== undefined) return failureOfScheduling(scheduled.message || event('FailedScheduling'), evidence);
  const mount = event('FailedMount', 'FailedAttachVolume', 'FailedMapVolume');
  if (mount !== '' && pod?.spec.nodeName !== undefined) return failureOfMount(mount);
  if (pod === null && settings.queue !== null) {
    return failure('unschedulable', `Kueue has not let the run start within ${secondsText(settings.startTimeoutSeconds)}: the queue "${settings.queue}" has no room, or does not exist.`, editProfile('queue'), lastEvents(evidence));
  }
  return null;
}

const pullReasons: readonly [RegExp, string][] = [
  [/no match for platform|no matching manifest for/i, "it has no version for the node's processor"],
  [/unauthorized|authentication required|authorization failed|401|403|forbidden|denied|no basic auth/i, 'the registry refuses without a sign-in, or there is no such image'],
  [/not found|does not exist|manifest unknown|name unknown|repository name not known/i, 'the registry has no such image or tag'],
  [/toomanyrequests|429|rate limit/i, "the registry's rate limit is used up"],
  [/no such host|server misbehaving|lookup .* on /i, "the node does not know the registry's name"],
  [/x509|certificate/i, "the node does not trust the registry's certificate"],
  [/connection refused|i\/o timeout|network is unreachable|no route to host|deadline exceeded|connection reset|EOF/i, 'the node cannot reach the registry'],
  [/no space left/i, "the node's disk is full"],
];

function pullReason(said: string): string | null {
  return pullReasons.find(([pattern]) => pattern.test(said))?.[1] ?? null;
}

function failureOfPull(image: string, reason: string, said: string, hasSecret: boolean): Failure {
  if (reason === 'InvalidImageName') return failure('imagePull', `"${image}" is not the name of an image.`, editProfile('image', 'Change image'), said);
  if (reason === 'ErrImageNeverPull') return failure('imagePull', `The image ${image} is not on the node, and the profile says never to pull it.`, editProfile('imagePullPolicy'), said);
  const why = pullReason(said) ?? 'the node does not say why';
  const needsSignIn = why.includes('sign-in') && !hasSecret;
  return failure('imagePull', `The image ${image} cannot be pulled: ${why}.`, needsSignIn ? editProfile('imagePullSecrets', 'Add a pull secret') : editProfile('image', 'Change image'), said);
}

function failureOfContainer(said: string, { python, memory }: RunEvidence['settings']): Failure {
  if (/executable file not found|no such file or directory.*unknown|exec: "/.test(said)) {
    return failure('containerStart', `There is no program "${python}" in the image.`, editProfile('python', "Set Python's name"), said);
  }
  // runc's own words: its first process alone needs a few megabytes.
  if (/unable to set memory limit|container init was OOM-killed|memory limit too low/.test(said)) {
    return failure('containerStart', `No container can start with a memory limit of ${memory}.`, editProfile('memory', 'Give it more memory'), said);
  }
  if (/exec format error/.test(said)) return failure('containerStart', "The image is for another processor than the node's.", editProfile('image', 'Change image'), said);
  if (/runAsNonRoot/.test(said)) return failure('containerStart', 'The image would run as root, which the pod does not allow.', editProfile('userId', 'Set a user'), said);
  const missing = /(secret|configmap) "([^"]+)" not found/.exec(said);
  if (missing !== null) return failure('containerStart', `The ${missing[1] ?? ''} "${missing[2] ?? ''}" does not exist in the namespace.`, editProfile('secrets'), said);
  const key = /couldn't find key (\S+) in Secret (\S+)/i.exec(said);
  if (key !== null) return failure('containerStart', `The Secret ${key[2] ?? ''} has no key "${key[1] ?? ''}".`, editProfile('secrets'), said);
  return failure('containerStart', `The container cannot be started: ${sentence(said)}`, editProfile('image'), said);
}

function failureOfMount(said: string): Failure {
  const missing = /secret "([^"]+)" not found/.exec(said);
  // The pod's own volume for the credentials of the package index.
  const field = /for volume "index"/.test(said) ? 'packageIndex' : 'secrets';
  if (missing !== null) return failure('volume', `The Secret "${missing[1] ?? ''}" does not exist in the namespace.`, editProfile(field), said);
  if (/couldn't find key|references non-existent secret key/.test(said)) return failure('volume', `A Secret lacks a key that the profile names: ${sentence(said)}`, editProfile('secrets'), said);
  return failure('volume', `A volume cannot be attached: ${sentence(said)}`, editProfile('volumes'), said);
}

/** The scheduler's own words: `0/3 nodes are available: 2 Insufficient cpu, 1 node(s) had untolerated taint {a: b}. preemption: …`. */
function failureOfScheduling(said: string, { settings }: RunEvidence): Failure {
  const claim = /persistentvolumeclaim "([^"]+)" (not found|is being deleted)/.exec(said);
  if (claim !== null) return failure('volume', `The volume claim "${claim[1] ?? ''}" ${claim[2] === 'not found' ? 'does not exist' : 'is being deleted'}.`, editProfile('volumes'), said);
  if (/unbound immediate PersistentVolumeClaims/.test(said)) return failure('volume', 'A volume claim of the profile has no volume yet.', editProfile('volumes'), said);

  const asked: Record<string, string> = {
    cpu: settings.cpuRequest ?? settings.cpu,
    memory: settings.memoryRequest ?? settings.memory,
    ...Object.fromEntries(Object.entries(settings.extendedResources).map(([name, count]) => [name, String(count)])),
    ...(settings.ephemeralStorage === null ? {} : { 'ephemeral-storage': settings.ephemeralStorage }),
  };
  const [, total = ''] = /^\d+\/(\d+) nodes/.exec(said) ?? [];
  const nodes = (count: string | undefined): string => (total === '' ? `${count ?? ''} nodes` : `${count ?? ''} of ${total} nodes`);
  const reasons: string[] = [];
  let field = 'cpu';
  // What comes after is about evicting others, in the same words.
  const head = said.split(/ ?preemption:/, 1)[0] ?? said;
  for (const [, count, resource = ''] of head.matchAll(/(\d+) (?:Insufficient|Too many) ([^\s,]+?)(?=[,.]? |[,.]?$)/g)) {
    reasons.push(resource === 'pods' ? `${nodes(count)} are full of pods` : `too little ${resource} on ${nodes(count)} (asked for ${asked[resource] ?? 'some'})`);
    field = resource in settings.extendedResources ? 'extendedResources' : resource === 'memory' ? 'memory' : resource === 'ephemeral-storage' ? 'ephemeralStorage' : field;
  }
  for (const [, count, taint = ''] of head.matchAll(/(\d+) node\(s\) had untolerated taint(?:\(s\))? ?(\{[^}]*\})?/g)) {
    reasons.push(`the taint ${taint.replace(/[{}]/g, '').replace(': ', '=').replace(/=$/, '') || '(unnamed)'} on ${nodes(count)} is not tolerated`);
    if (reasons.length === 1) field = 'tolerations';
  }
  for (const [, count] of head.matchAll(/(\d+) node\(s\) didn't match Pod's node affinity\/selector/g)) {
    reasons.push(`the node selector does not fit ${nodes(count)}`);
    if (reasons.length === 1) field = 'nodeSelector';
  }
  for (const [, count] of head.matchAll(/(\d+) node\(s\) were unschedulable/g)) reasons.push(`${nodes(count)} take no new pods`);
  for (const [, count] of head.matchAll(/(\d+) node\(s\) had volume node affinity conflict/g)) {
    reasons.push(`the volume cannot be reached from ${nodes(count)}`);
    if (reasons.length === 1) field = 'volumes';
  }
  const why = reasons.length === 0 ? sentence(said) : `${reasons.join('; ')}.`;
  return failure('unschedulable', `No node could take the run within ${secondsText(settings.startTimeoutSeconds)}: ${why}`, editProfile(field), said);
}

/** The first line of what was said, with a full stop. */
export function sentence(said: string): string {
  const line = (said.trim().split('\n', 1)[0] ?? '').slice(0, 500);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function lastEvents({ events }: RunEvidence): string {
  return events
    .slice(-5)
    .map(({ reason, message }) => `${reason}: ${message}`)
    .join('\n');
}
