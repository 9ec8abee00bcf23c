import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../contract/errors.ts';
import { ProfileSettings } from '../../../../contract/profiles.ts';
import { errorOfAnswer } from '../../cluster/index.ts';
import { KubeEvent, KubeJob, KubePod } from '../kube.ts';
import { mainContainer } from '../manifest/index.ts';
import { RunnerReport } from '../report.ts';
import { admissionFailure, doubled, failureOfRefusal, failureOfRun, memoryText, quantityOf, secondsText, type RunEvidence } from './index.ts';

const settings = ProfileSettings.parse({ image: 'registry.example/team/image:1', memory: '512Mi', cpu: '1', timeoutSeconds: 90, startTimeoutSeconds: 600 });

interface Seen {
  status?: object;
  main?: object;
  node?: string;
}
function podOf({ status = {}, main, node = 'node-1' }: Seen): KubePod {
  return KubePod.parse({
    metadata: { name: 'pod' },
    spec: node === '' ? {} : { nodeName: node },
    status: { ...status, containerStatuses: main === undefined ? [] : [{ name: mainContainer, state: main }] },
  });
}
const disrupted = (reason: string, message = ''): object => ({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message }] });
const ended = (exitCode: number, reason = 'Error', message = ''): object => ({ terminated: { exitCode, reason, message } });
const waits = (reason: string, message = ''): object => ({ waiting: { reason, message } });
const event = (reason: string, message: string): KubeEvent => KubeEvent.parse({ type: 'Warning', reason, message, involvedObject: {} });
const report = (fields: object): RunnerReport => RunnerReport.parse({ v: 1, ...fields });
const failedJob = (reason: string): KubeJob => KubeJob.parse({ metadata: { name: 'job' }, status: { conditions: [{ type: 'Complete', status: 'False' }, { type: 'Failed', status: 'True', reason, message: `said ${reason}` }] } });

function failureOf(evidence: Partial<RunEvidence>) {
  return failureOfRun({ settings, namespace: 'team', why: 'ended', job: null, pod: null, isPodGone: false, hasBegun: true, events: [], report: null, error: null, ...evidence });
}

describe('a run that the cluster took away', () => {
  it.each([
    ['Evicted for its disk', { reason: 'Evicted', message: 'Pod ephemeral local storage usage exceeds 1Gi' }, 'evicted', 'more disk', 'editProfile'],
    ['Evicted', { reason: 'Evicted', message: 'The node was low on resource: memory' }, 'evicted', 'low on resource: memory.', 'runAgain'],
    ['preempted', disrupted('PreemptionByScheduler'), 'evicted', 'higher priority', 'runAgain'],
    ['drained', disrupted('EvictionByEvictionAPI'), 'evicted', 'being emptied', 'runAgain'],
    ['tainted', disrupted('DeletionByTaintManager', 'Taint manager: deleting'), 'nodeLost', 'deleting.', 'runAgain'],
    ['collected', disrupted('DeletionByPodGC'), 'nodeLost', 'is gone', 'runAgain'],
    ['shut down by the kubelet', disrupted('TerminationByKubelet', 'Pod was terminated in response to imminent node shutdown.'), 'nodeLost', 'shut down', 'runAgain'],
    ['ended by the kubelet', disrupted('TerminationByKubelet', 'a critical pod needs room'), 'evicted', 'ended by node-1: a critical pod needs room.', 'runAgain'],
    ['of unknown phase', { phase: 'Unknown' }, 'nodeLost', 'was lost', 'runAgain'],
    ['with NodeLost', { reason: 'NodeLost' }, 'nodeLost', 'was lost', 'runAgain'],
    ['with NodeShutdown', { reason: 'NodeShutdown' }, 'nodeLost', 'was shut down', 'runAgain'],
  ] as const)('%s', (_, status, kind, message, action) => {
    expect(failureOf({ pod: podOf({ status }) })).toMatchObject({ kind, message: expect.stringContaining(message), action: { kind: action } });
  });

  it('names no node that it does not know', () => {
    expect(failureOf({ pod: podOf({ status: disrupted('DeletionByPodGC'), node: '' }) }).message).toBe('The node its node is gone.');
  });

  it('tells of a deleted Job, with and without a pod', () => {
    expect(failureOf({ why: 'jobDeleted', pod: podOf({}) })).toMatchObject({ kind: 'jobDeleted' });
    expect(failureOf({ why: 'jobDeleted' })).toMatchObject({ kind: 'jobDeleted', evidence: '' });
  });

  it('believes an event of the node only while the container is not known to have ended', () => {
    const events = [event('NodeNotReady', 'Node is not ready')];
    expect(failureOf({ pod: podOf({ main: { running: {} } }), events })).toMatchObject({ kind: 'nodeLost', evidence: 'Node is not ready' });
    expect(failureOf({ pod: podOf({ main: ended(3) }), events })).toMatchObject({ kind: 'exitCode', message: 'The container ended with exit code 3.' });
  });

  it.each([0, 2])('before the runner said a word, that is no Python (exit code %i)', (code) => {
    expect(failureOf({ pod: podOf({ main: ended(code, 'Completed') }), hasBegun: false })).toMatchObject({
      kind: 'containerStart', message: `"python3" in the image ended with exit code ${code} before the script began: it is no Python, or one older than 3.8.`, action: { field: 'python' },
    });
  });

  it('leaves a deadline to the Job', () => {
    expect(failureOf({ pod: podOf({ status: { reason: 'DeadlineExceeded' } }), job: failedJob('DeadlineExceeded') })).toMatchObject({ kind: 'deadline', action: { field: 'timeoutSeconds' }, evidence: 'said DeadlineExceeded' });
  });
});

describe('a run that ended', () => {
  it('for lack of memory, offers twice as much', () => {
    expect(failureOf({ pod: podOf({ main: ended(137, 'OOMKilled') }) })).toMatchObject({
      kind: 'outOfMemory', message: 'Out of memory: the run needed more than its limit of 512 MiB.', action: { kind: 'runAgainWithMemory', memory: '1Gi' }, evidence: 'OOMKilled, exit code 137',
    });
    const seen = report({ end: 'killed', oom: true, peak: 2 ** 30, memoryLimit: 2 ** 29 });
    expect(failureOf({ report: seen }).message).toContain('512 MiB (last seen at 512 MiB)');
    expect(failureOf({ report: { ...seen, cancelled: true } })).toMatchObject({ kind: 'unknown' });
  });

  it.each([
    ['requirements', { package: 'nonesuch', message: 'No matching distribution' }, 'requirements', '"nonesuch" could not be installed: No matching distribution.'],
    ['requirements', { message: 'no network' }, 'requirements', 'The requirements could not be installed: no network.'],
    ['python', { message: 'Python 2 is too old.' }, 'requirements', 'Python 2 is too old.'],
    ['files', { message: 'No files came.' }, 'filesNotSent', 'No files came.'],
    ['script', { message: 'No such script.' }, 'unknown', 'No such script.'],
    ['runner', {}, 'unknown', 'The runner failed.'],
    ['timeout', {}, 'deadline', 'The script ran longer than 90 s and was ended.'],
    ['signal', { signal: 'SIGSEGV' }, 'signal', '(SIGSEGV)'],
    ['signal', { signal: 'SIGUSR1' }, 'signal', 'The script was ended by SIGUSR1.'],
    ['signal', {}, 'signal', 'The script was ended by a signal.'],
    ['signal', { signal: 'SIGINT', cancelled: true }, 'signal', 'The run was cancelled.'],
    ['exit', { exitCode: 4 }, 'exitCode', 'exit code 4.'],
    ['exit', {}, 'exitCode', 'exit code unknown.'],
    ['exit', { exitCode: 0 }, 'exitCode', 'The container ended with exit code 0.'],
    ['exception', { error: { name: 'ValueError', message: 'bad' } }, 'traceback', 'ValueError: bad'],
    ['exception', {}, 'traceback', ''],
  ])('as the runner told: %s %o', (end, fields, kind, message) => {
    expect(failureOf({ report: report({ end, ...fields }) })).toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it.each([
    [true, {}, 'jobDeleted'],
    [false, { deletionTimestamp: '2026-01-01T00:00:00Z' }, 'jobDeleted'],
    [false, {}, 'signal'],
  ])('by SIGTERM, tells a pod that was deleted (gone: %s, %o) from a script that was asked', (isPodGone, metadata, kind) => {
    const pod = KubePod.parse({ metadata: { name: 'pod', ...metadata }, spec: { nodeName: 'node-1' } });
    expect(failureOf({ pod, isPodGone, report: report({ end: 'signal', signal: 'SIGTERM' }) })).toMatchObject({ kind });
    expect(failureOf({ pod, isPodGone, report: report({ end: 'signal', signal: 'SIGTERM', cancelled: true }) })).toMatchObject({ kind: 'signal' });
  });

  it('with a traceback, leads to its line', () => {
    const frames = [{ file: '/a.py', line: 3, name: '<module>' }];
    const error = { text: 'ZeroDivisionError: division by zero', frames };
    expect(failureOf({ report: report({ end: 'exception' }), error })).toMatchObject({ message: 'ZeroDivisionError: division by zero', action: { kind: 'openTraceback', frames } });
  });

  it.each([
    [137, 'SIGKILL'],
    [143, 'SIGTERM'],
    [1, 'exit code 1'],
  ])('with code %i of the container alone', (exitCode, message) => {
    expect(failureOf({ pod: podOf({ main: ended(exitCode) }) }).message).toContain(message);
  });

  it('unseen', () => {
    expect(failureOf({}).message).toBe('The pod is gone, and nobody saw how it ended.');
  });

  it('after all its attempts', () => {
    expect(failureOf({ settings: { ...settings, retries: 2 }, job: failedJob('BackoffLimitExceeded') }).message).toBe('All 3 attempts failed.');
  });
});

describe('a run that did not start', () => {
  const start = (evidence: Partial<RunEvidence>) => failureOf({ why: 'startTimeout', ...evidence });

  it.each([
    ['ErrImagePull', 'pull access denied', 'without a sign-in', 'imagePullSecrets'],
    ['ErrImagePull', 'no match for platform in manifest', 'processor', 'image'],
    ['ImagePullBackOff', 'manifest unknown', 'no such image or tag', 'image'],
    ['ImagePullBackOff', 'toomanyrequests: slow down', 'rate limit', 'image'],
    ['ErrImagePull', 'dial tcp: lookup registry.example: no such host', 'does not know', 'image'],
    ['ErrImagePull', 'x509: unknown authority', 'certificate', 'image'],
    ['ErrImagePull', 'dial tcp: i/o timeout', 'cannot reach', 'image'],
    ['ErrImagePull', 'write: no space left on device', 'disk is full', 'image'],
    ['ErrImagePull', 'odd', 'does not say why', 'image'],
    ['InvalidImageName', '', 'not the name of an image', 'image'],
    ['ErrImageNeverPull', '', 'never to pull', 'imagePullPolicy'],
  ])('for its image: %s, %s', (reason, said, message, field) => {
    expect(start({ pod: podOf({ main: waits(reason, said) }) })).toMatchObject({ kind: 'imagePull', message: expect.stringContaining(message), action: { field } });
  });

  it('takes the reason of a pull from the event where the back-off does not have it', () => {
    const events = [event('Failed', 'manifest unknown')];
    expect(start({ pod: podOf({ main: waits('ImagePullBackOff', 'Back-off pulling image') }), events })).toMatchObject({ evidence: 'manifest unknown' });
  });

  it.each([
    [waits('RunContainerError', 'exec: "python": executable file not found in $PATH'), 'There is no program', 'python'],
    [waits('CrashLoopBackOff', 'exec format error'), 'another processor', 'image'],
    [waits('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'), 'as root', 'userId'],
    [waits('CreateContainerConfigError', 'secret "keys" not found'), 'The secret "keys" does not exist', 'secrets'],
    [waits('CreateContainerConfigError', "couldn't find key a in Secret team/keys"), 'The Secret team/keys has no key "a"', 'secrets'],
    [waits('CreateContainerError'), 'CreateContainerError.', 'image'],
    [ended(128, 'StartError', 'runc create failed: unable to set memory limit to 1 (current usage: 2637824)'), 'memory limit of 512Mi', 'memory'],
    [ended(128, 'StartError', 'odd'), 'cannot be started: odd.', 'image'],
  ])('for its container: %o', (main, message, field) => {
    expect(start({ pod: podOf({ main }) })).toMatchObject({ kind: 'containerStart', message: expect.stringContaining(message), action: { field } });
  });

  it.each([
    ['MountVolume failed: secret "keys" not found', 'The Secret "keys"', 'secrets'],
    ['MountVolume.SetUp failed for volume "index" : secret "login" not found', 'The Secret "login"', 'packageIndex'],
    ['references non-existent secret key: a', 'lacks a key', 'secrets'],
    ['timed out', 'cannot be attached: timed out.', 'volumes'],
  ])('for a volume: %s', (said, message, field) => {
    expect(start({ pod: podOf({}), events: [event('FailedMount', said)] })).toMatchObject({ kind: 'volume', message: expect.stringContaining(message), action: { field } });
  });

  it.each([
    ['persistentvolumeclaim "data" not found', 'volume', '"data" does not exist', 'volumes'],
    ['persistentvolumeclaim "data" is being deleted', 'volume', 'is being deleted', 'volumes'],
    ['pod has unbound immediate PersistentVolumeClaims', 'volume', 'no volume yet', 'volumes'],
    ['0/3 nodes are available: 2 Insufficient cpu, 1 Too many pods. preemption: 0/3 nodes are available: 3 Insufficient memory.', 'unschedulable', 'too little cpu on 2 of 3 nodes (asked for 1); 1 of 3 nodes are full of pods.', 'cpu'],
    ['0/1 nodes are available: 1 Insufficient memory.', 'unschedulable', '(asked for 512Mi)', 'memory'],
    ['0/1 nodes are available: 1 Insufficient ephemeral-storage.', 'unschedulable', '(asked for 2Gi)', 'ephemeralStorage'],
    ['0/1 nodes are available: 1 Insufficient nvidia.com/gpu.', 'unschedulable', '(asked for 2)', 'extendedResources'],
    ['0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}.', 'unschedulable', 'the taint gpu=yes on 1 of 1 nodes is not tolerated', 'tolerations'],
    ["0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", 'unschedulable', 'the node selector does not fit 1 of 1 nodes', 'nodeSelector'],
    ['0/1 nodes are available: 1 node(s) were unschedulable.', 'unschedulable', '1 of 1 nodes take no new pods', 'cpu'],
    ['1 node(s) had volume node affinity conflict', 'unschedulable', 'cannot be reached from 1 nodes', 'volumes'],
    ['odd', 'unschedulable', 'within 10 min: odd.', 'cpu'],
  ])('for want of a node: %s', (said, kind, message, field) => {
    const pod = podOf({ node: '', status: { conditions: [{ type: 'PodScheduled', status: 'False', message: said }] } });
    const more = { ...settings, ephemeralStorage: '2Gi', extendedResources: { 'nvidia.com/gpu': 2 } };
    expect(start({ settings: more, pod })).toMatchObject({ kind, message: expect.stringContaining(message), action: { field } });
  });

  it('for a pod that is refused, a queue without room, or nothing that is known', () => {
    expect(start({ events: [event('FailedCreate', 'odd')] })).toMatchObject({ kind: 'admission', message: 'The cluster refuses the pod: odd.' });
    expect(start({ events: [event('FailedCreate', 'no PriorityClass with name high was found')] }).message).toContain('"high"');
    expect(start({ settings: { ...settings, queue: 'batch' } })).toMatchObject({ kind: 'unschedulable', action: { field: 'queue' } });
    expect(start({ events: [event('Odd', 'thing')] })).toMatchObject({ kind: 'unknown', evidence: 'Odd: thing' });
  });
});

describe('a refusal', () => {
  const refusal = (code: number, message: string, details: object = {}) => failureOfRefusal(errorOfAnswer(code, JSON.stringify({ kind: 'Status', code, message, details })), 'team');

  it.each([
    ['User "me" cannot create resource "jobs" in API group "batch" in the namespace "team"', 'rightsLost', 'me has no right to create jobs in team.'],
    ['exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5', 'quota', 'asked for pods=1, in use pods=5, allowed pods=5.'],
    ['failed quota: small: must specify limits.ephemeral-storage', 'quota', 'wants limits.ephemeral-storage to be set'],
    ['maximum memory usage per Container is 1Gi, but limit is 2Gi', 'quota', 'team allows a container at most 1Gi of memory; the run has 2Gi.'],
    ['minimum cpu usage per Pod is 1, but request is 100m', 'quota', 'at least 1 of cpu'],
    ['violates PodSecurity "restricted:latest": runAsNonRoot != true', 'podSecurity', 'runAsNonRoot != true'],
    ['unable to validate against any security context constraint: [spec.runAsUser: Invalid value: 1: must be in the ranges]', 'podSecurity', 'security context constraint of team'],
    ['unable to validate against any security context constraint', 'podSecurity', 'refuses the pod.'],
    ['admission webhook "policy.example" denied the request: no', 'admission', '(policy.example) refuse the run: no'],
    ['error looking up service account team/robot: not there', 'admission', '"robot" does not exist'],
    ['no PriorityClass with name high was found', 'admission', '"high" does not exist'],
  ])('of admission: %s', (said, kind, message) => {
    expect(admissionFailure(said, 'team')).toMatchObject({ kind, message: expect.stringContaining(message), evidence: said });
  });

  it("that is not known stays the cluster's own words", () => {
    expect(admissionFailure('odd', 'team')).toBeNull();
  });

  it('without words of the cluster is told by its code', () => {
    expect(failureOfRefusal(new AppError('UNAUTHENTICATED', 'who?'), 'team')).toMatchObject({ kind: 'signInExpired' });
    expect(failureOfRefusal(new AppError('FORBIDDEN', 'no'), 'team')).toMatchObject({ kind: 'rightsLost' });
    expect(failureOfRefusal(new AppError('UNAVAILABLE', 'away'), 'team')).toMatchObject({ kind: 'unreachable' });
  });

  it.each([
    ['spec.template.spec.containers[0].resources.requests', 'Invalid value: "2": must be less than or equal to cpu limit of 100m', 'cpuRequest'],
    ['spec.template.spec.containers[0].resources.limits[memory]', 'Invalid value: "-1"', 'memory'],
    ['spec.template.spec.containers[0].resources.limits[ephemeral-storage]', 'Invalid value', 'ephemeralStorage'],
    ['spec.template.spec.tolerations[0].operator', 'Invalid value', 'tolerations'],
    ['spec.x', 'too long', 'image'],
  ])('of %s leads to its field', (field, message, own) => {
    expect(refusal(422, 'Job is invalid', { causes: [{ field, message }] })).toMatchObject({ kind: 'invalid', action: { kind: 'editProfile', field: own } });
  });

  it('with words of the cluster is told by these', () => {
    expect(refusal(401, 'Unauthorized')).toMatchObject({ kind: 'signInExpired', evidence: 'Unauthorized' });
    expect(refusal(404, 'namespaces "team" not found')).toMatchObject({ kind: 'namespaceGone', message: 'The namespace team does not exist.' });
    expect(refusal(403, 'unable to create new content in namespace team because it is being terminated')).toMatchObject({ kind: 'namespaceGone', message: 'The namespace team is being deleted.' });
    expect(refusal(403, 'no PriorityClass with name high was found')).toMatchObject({ action: { field: 'priorityClass' } });
    expect(refusal(422, 'Job is invalid', { causes: [{ field: 'spec.x', message: 'too long' }] })).toMatchObject({ kind: 'invalid', message: 'The cluster does not take the Job: spec.x: too long' });
    expect(refusal(422, 'Job is invalid')).toMatchObject({ message: 'The cluster does not take the Job: Job is invalid' });
    expect(refusal(403, 'odd')).toMatchObject({ kind: 'admission', message: 'The cluster refused: odd', action: { kind: 'runAgain' } });
  });
});

describe('quantities', () => {
  it('are read, doubled and told', () => {
    expect(['500m', '2', '1.5Gi', '1e3', '1k'].map(quantityOf)).toEqual([0.5, 2, 1.5 * 2 ** 30, 1000, 1000]);
    expect(['', 'x', '1ki'].map(quantityOf)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(['1Gi', '768Mi', '1Ki', '500', '1.5Gi'].map(doubled)).toEqual(['2Gi', '1536Mi', '2Ki', '1000', '3Gi']);
    expect([12, 1536, 2 ** 29, 2 ** 60].map(memoryText)).toEqual(['12 B', '1.5 KiB', '512 MiB', '1048576 TiB']);
    expect([45, 900, 7200].map(secondsText)).toEqual(['45 s', '15 min', '2 h']);
  });
});
