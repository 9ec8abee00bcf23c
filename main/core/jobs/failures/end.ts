import type { Failure } from '../../../../contract/failures.ts';
import { containerStatus, jobOutcome } from '../kube.ts';
import { mainContainer } from '../manifest/index.ts';
import { editProfile, failure, runAgain, showOutput, type RunEvidence } from './evidence.ts';
import { doubled, memoryText, quantityOf, secondsText } from './quantity.ts';
import { failureOfStart, sentence, startObstacle } from './start.ts';

/** Why a run did not succeed, in one sentence with one button. */
export function failureOfRun(evidence: RunEvidence): Failure {
  if (evidence.why === 'startTimeout') return failureOfStart(evidence);
  return (
    failureOfNode(evidence) ?? failureOfMemory(evidence) ?? failureOfReport(evidence) ?? startObstacle(evidence) ?? failureOfJob(evidence) ?? failureOfContainer(evidence)
  );
}

/** The cluster took the pod away (kubernetes.io, "Disruptions": reasons of DisruptionTarget). */
function failureOfNode({ pod, events, why }: RunEvidence): Failure | null {
  if (pod === null) return null;
  const { reason, message } = pod.status;
  const node = pod.spec.nodeName ?? 'its node';
  const disruption = pod.status.conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  const said = [reason, message, disruption?.reason ?? '', disruption?.message ?? ''].filter((text) => text !== '').join(': ');
  if (reason === 'Evicted') {
    if (/ephemeral|emptyDir/i.test(message)) return failure('evicted', `The run was evicted from ${node}: it used more disk than it may. ${sentence(message)}`, editProfile('ephemeralStorage', 'Give it more disk'), said);
    return failure('evicted', `The run was evicted from ${node}: ${sentence(message)}`, runAgain, said);
  }
  const lost = events.findLast((event) => event.reason === 'NodeNotReady' || event.reason === 'TaintManagerEviction');
  switch (disruption?.reason) {
    case 'PreemptionByScheduler':
      return failure('evicted', `The run was evicted from ${node} for one of a higher priority.`, runAgain, said);
    case 'EvictionByEvictionAPI':
      return failure('evicted', `The run was evicted from ${node}, which is being emptied.`, runAgain, said);
    case 'DeletionByTaintManager':
      return failure('nodeLost', `The node ${node} was lost, or closed to the run: ${sentence(disruption.message)}`, runAgain, said);
    case 'DeletionByPodGC':
      return failure('nodeLost', `The node ${node} is gone.`, runAgain, said);
    case 'TerminationByKubelet':
      return /shutdown/i.test(said) ? failure('nodeLost', `The node ${node} was shut down.`, runAgain, said) : failure('evicted', `The run was ended by ${node}: ${sentence(disruption.message || message)}`, runAgain, said);
    default:
  }
  if (reason === 'NodeLost' || pod.status.phase === 'Unknown') return failure('nodeLost', `The node ${node} was lost.`, runAgain, said);
  if (reason === 'NodeShutdown' || reason === 'Shutdown' || reason === 'Terminated') return failure('nodeLost', `The node ${node} was shut down.`, runAgain, said);
  if (reason === 'DeadlineExceeded') return null;
  if (why === 'jobDeleted') return failure('jobDeleted', 'The Job was deleted in the cluster by someone else.', runAgain, said);
  if (lost !== undefined && containerStatus(pod, mainContainer)?.state.terminated === undefined) return failure('nodeLost', `The node ${node} was lost.`, runAgain, lost.message);
  return null;
}

function failureOfMemory({ pod, report, settings }: RunEvidence): Failure | null {
  const terminated = pod === null ? undefined : containerStatus(pod, mainContainer)?.state.terminated;
  // The kernel may have ended a child of the script, which then ended well, or for another reason.
  const isKilled = terminated?.exitCode === 137 || report?.signal === 'SIGKILL' || report?.exitCode === 137 || report?.end === 'killed' || report?.end === 'requirements';
  if (terminated?.reason !== 'OOMKilled' && !(report?.oom === true && isKilled)) return null;
  if (report?.cancelled === true) return null;
  const limit = report?.memoryLimit ?? quantityOf(settings.memory);
  const peak = report?.peak ?? null;
  const memory = doubled(settings.memory);
  return failure(
    'outOfMemory',
    `Out of memory: the run needed more than its limit of ${memoryText(limit)}${peak === null ? '' : ` (last seen at ${memoryText(Math.min(peak, limit))})`}.`,
    { kind: 'runAgainWithMemory', label: `Again with ${memory}`, memory },
    `${terminated?.reason ?? 'oom_kill'}, exit code ${terminated?.exitCode ?? 137}`,
  );
}

/** What the runner told about its end. */
function failureOfReport({ report, error, settings, pod, isPodGone }: RunEvidence): Failure | null {
  if (report === null) return null;
  const said = report.message;
  switch (report.end) {
    case 'requirements':
      return failure('requirements', `${report.package === null ? 'The requirements' : `"${report.package}"`} could not be installed: ${sentence(said)}`, showOutput, said);
    case 'python':
      return failure('requirements', said, editProfile('image', 'Change image'), said);
    case 'files':
      return failure('filesNotSent', said, runAgain, said);
    case 'script':
    case 'runner':
      return failure('unknown', said || 'The runner failed.', showOutput, said);
    case 'timeout': {
      const timeoutSeconds = settings.timeoutSeconds * 2;
      return failure('deadline', `The script ran longer than ${secondsText(settings.timeoutSeconds)} and was ended.`, { kind: 'runAgainWithTimeout', label: `Again with ${secondsText(timeoutSeconds)}`, timeoutSeconds }, said);
    }
    case 'exception': {
      const text = error?.text ?? (report.error === null ? '' : `${report.error.name}: ${report.error.message}`);
      const frames = error?.frames ?? [];
      return failure('traceback', text, frames.length === 0 ? showOutput : { kind: 'openTraceback', label: 'Go to the line', frames }, text);
    }
    case 'signal':
      if (report.signal === 'SIGTERM' && !report.cancelled && (isPodGone || pod?.metadata.deletionTimestamp !== undefined)) {
        return failure('jobDeleted', 'The pod was deleted in the cluster, by someone else or with its namespace; the script was ended by SIGTERM.', runAgain, report.signal);
      }
      return failure('signal', signalText(report.signal, report.cancelled), report.cancelled ? runAgain : showOutput, report.signal ?? '');
    case 'exit':
      return report.exitCode === 0 ? null : failure('exitCode', `The script ended with exit code ${report.exitCode ?? 'unknown'}.`, showOutput, '');
    case 'killed':
      return null;
  }
}

const signals: Record<string, string> = {
  SIGSEGV: 'The script crashed: a compiled library accessed memory that is not its own (SIGSEGV).',
  SIGBUS: 'The script crashed: a compiled library accessed memory that is not there (SIGBUS); /dev/shm may be too small.',
  SIGILL: "The script crashed: a compiled library uses instructions that the node's processor does not have (SIGILL).",
  SIGFPE: 'The script crashed in a compiled library (SIGFPE).',
  SIGABRT: 'The script was aborted by a compiled library (SIGABRT).',
};

function signalText(name: string | null, cancelled: boolean): string {
  if (cancelled) return 'The run was cancelled.';
  return signals[name ?? ''] ?? `The script was ended by ${name ?? 'a signal'}.`;
}

function failureOfJob({ job, settings, why }: RunEvidence): Failure | null {
  const outcome = job === null ? null : jobOutcome(job);
  if (outcome?.reason === 'DeadlineExceeded') {
    return failure('deadline', 'The cluster ended the run at its last deadline: starting, installing, running and collecting took too long together.', editProfile('timeoutSeconds'), outcome.message);
  }
  if (why === 'jobDeleted') return failure('jobDeleted', 'The Job was deleted in the cluster by someone else.', runAgain, '');
  if (why === 'jobMissed') return failureOfMissed(settings.ttlSeconds);
  return outcome?.outcome === 'failed' && settings.retries > 0 && outcome.reason === 'BackoffLimitExceeded' ? failure('unknown', `All ${settings.retries + 1} attempts failed.`, showOutput, outcome.message) : null;
}

/** Nobody was there when it ended, and it has been cleared away since. */
function failureOfMissed(ttlSeconds: number): Failure {
  return failure(
    'jobDeleted',
    `The Job is gone: its time to live (${secondsText(ttlSeconds)}) ended while PyExeKube did not run, or someone deleted it. Output and files that had not been fetched are lost.`,
    { kind: 'editProfile', label: 'Keep Jobs longer', field: 'ttlSeconds' },
    '',
  );
}

/** Nothing but the container's own end is known. */
function failureOfContainer({ pod, report, hasBegun, settings }: RunEvidence): Failure {
  const terminated = pod === null ? undefined : containerStatus(pod, mainContainer)?.state.terminated;
  const code = terminated?.exitCode ?? report?.exitCode ?? null;
  if (code === 137) return failure('signal', 'The container was killed from outside (SIGKILL), not for lack of memory.', runAgain, terminated?.reason ?? '');
  if (code === 143) return failure('signal', 'The container was asked to end from outside (SIGTERM).', runAgain, terminated?.reason ?? '');
  if (code === null) return failure('unknown', 'The pod is gone, and nobody saw how it ended.', runAgain, '');
  if (report === null && !hasBegun) {
    const what = `"${settings.python}" in the image ended with exit code ${code} before the script began: it is no Python, or one older than 3.8.`;
    return failure('containerStart', what, editProfile('python', "Set Python's name"), terminated?.message ?? '');
  }
  return failure('exitCode', `The container ended with exit code ${code}.`, showOutput, terminated?.message ?? '');
}
