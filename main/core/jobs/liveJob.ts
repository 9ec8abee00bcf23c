import { toAppError, type AppError } from '../../../contract/errors.ts';
import type { Failure } from '../../../contract/failures.ts';
import { isEnded } from '../../../contract/runs.ts';
import { dropArchive } from './archive.ts';
import { createAttempt, type Attempt } from './attempt.ts';
import { createCancelling, type Cancelling } from './cancelling.ts';
import { collect } from './collecting.ts';
import { createJobHandle, enterPhase, type JobsContext } from './context.ts';
import { endingOf, endJob, endRun } from './ending.ts';
import { failureOfRefusal, failureOfRun, type RunEvidence } from './failing.ts';
import { createJobEvents } from './jobEvents.ts';
import { jobOutcome, type KubeJob, type KubePod } from './kube.ts';
import { exitCodes } from './manifest/index.ts';
import { deleteJob, readJob } from './objects.ts';
import { pause } from './pause.ts';
import { startLeftMs, type JobRecord } from './record.ts';
import { isEndedFromOutside } from './report.ts';
import { makeObjects, persist } from './submitting.ts';
import { troubleOf } from './trouble.ts';

export interface LiveJob {
  readonly record: JobRecord;
  /** Goes on to the next step of the cancel. */
  cancel(graceSeconds: number): void;
  /** Leaves it as it is; the next start of the application takes it up. */
  dispose(): void;
}

/** Exit codes after which the Job makes no new attempt. */
const lastCodes = new Set([exitCodes.cancelled, exitCodes.killed, exitCodes.hopeless]);
/** Between the steps of a cancel that goes on after a restart. */
const cancelGraceSeconds = 5;
/** How long a deleted Job's pod may take to go, beyond the time it has to end, before its log is given up. */
const goneMs = 60_000;

/**
 * Looks after one job from where its record says it is: makes its objects, follows its pods, and brings it to its end. Whatever it has
 * done is on disk before the next step, so that it can be left, or killed, at any moment.
 */
export function lookAfter(context: JobsContext, record: JobRecord, onDone: () => void): LiveJob {
  const stopping = new AbortController();
  const { signal } = stopping;
  const handle = createJobHandle(context, record, signal);
  const attempts = new Map<string, Attempt>();
  const cancelling: Cancelling = createCancelling(handle, () => current, trouble);
  const events = createJobEvents(handle, () => evaluate());
  let current: Attempt | undefined;
  let job: KubeJob | null = null;
  let isJobGone = false;
  let wasJobSeen = false;
  let arePodsKnown = false;
  let isChecking = false;
  let isClosing = false;
  /** The pod that was taken away because its Job was suspended; the Job has another once it may go on. */
  let takenUid: string | null = null;
  /** A cancel of before this start goes on, once it is known whom to ask. */
  let mustCancel = record.state.cancel !== null;
  let startTimer: NodeJS.Timeout | undefined;
  let goneTimer: NodeJS.Timeout | undefined;
  let unfollow: () => void = () => undefined;

  function trouble(error: AppError): void {
    if (signal.aborted || error.code === 'CANCELLED') return;
    if (error.code === 'STORAGE_READ_ONLY') return context.log(`${record.jobName}: ${error.message}`);
    const failure = troubleOf(error);
    handle.update((state) => {
      state.lostSince = { sinceMs: state.lostSince?.sinceMs ?? Date.now(), failure };
    });
  }

  function heard(): void {
    if (record.state.lostSince === null || signal.aborted) return;
    handle.update((state) => {
      state.lostSince = null;
    });
    current?.restart();
  }

  function onPods(pods: KubePod[]): void {
    if (isClosing) return;
    arePodsKnown = true;
    const seen = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const pod of pods) {
      const known = attempts.get(pod.metadata.uid);
      if (known !== undefined) known.see(pod);
      else if (pod.metadata.uid === record.state.pod?.uid || !isOlder(pod)) begin(pod);
    }
    for (const attempt of attempts.values()) if (!seen.has(attempt.uid) && attempt.pod() !== null) attempt.gone();
    armStartTimer();
    if (mustCancel) cancelling.next(cancelGraceSeconds);
    mustCancel = false;
    events.see(current);
    evaluate();
  }

  /** A pod of an attempt before the one that is on record. */
  function isOlder(pod: KubePod): boolean {
    const known = current?.pod();
    return known !== null && known !== undefined && pod.metadata.creationTimestamp < known.metadata.creationTimestamp;
  }

  function begin(pod: KubePod): void {
    const { name, uid } = pod.metadata;
    if (record.state.pod?.uid !== uid) {
      const number = record.state.attempt + 1;
      handle.update((state) => {
        Object.assign(state, { pod: { name, uid }, attempt: number, report: null, error: null, usage: null });
        if (number > 1) enterPhase(record, 'created');
      });
      if (number > 1) handle.say({ kind: 'note', text: `Attempt ${number} begins in the pod ${name}.` });
    }
    const attempt = createAttempt({ handle, pod, onChange: () => evaluate(), onTrouble: trouble });
    attempts.set(uid, attempt);
    current = attempt;
    attempt.see(pod);
  }

  function onJob(seen: KubeJob | null): void {
    if (isClosing) return;
    if (seen !== null) {
      if (seen.metadata.uid !== record.state.jobUid) return;
      job = seen;
      wasJobSeen = true;
      if (record.facts.profile.queue !== null && record.state.letGoMs === null && seen.spec.suspend !== true) handle.update((state) => void (state.letGoMs = Date.now()));
      armStartTimer();
      tellSuspended(seen.spec.suspend === true);
      if (current === undefined) events.see(undefined);
      evaluate();
    } else if (!isJobGone) void checkGone();
  }

  /** A list may be older than the Job: only the API server's own word counts. */
  async function checkGone(): Promise<void> {
    const uid = record.state.jobUid;
    if (isChecking || uid === null) return;
    isChecking = true;
    try {
      job = await readJob(handle.client(), record, uid, signal);
      isJobGone = job === null;
      if (isJobGone) goneTimer = setTimeout(() => current?.gone(), goneMs);
      evaluate();
    } catch (error) {
      trouble(toAppError(error));
    } finally {
      isChecking = false;
    }
  }

  /** Nothing else tells that a suspended Job waits: for Kueue before its first pod, or because its pod was taken away. */
  function tellSuspended(isSuspended: boolean): void {
    const { queue } = record.facts.profile;
    if (current === undefined ? queue === null : current.uid !== takenUid) return;
    const waitingFor = !isSuspended ? null : queue === null ? 'Its Job is suspended in the cluster.' : `It waits in the Kueue queue "${queue}".`;
    if (record.state.waitingFor === waitingFor) return;
    handle.update((state) => {
      state.waitingFor = waitingFor;
    });
  }

  /** The time that a run has to get to a started container; while Kueue holds it back it does not count. */
  function armStartTimer(): void {
    // Without its pods nobody could say what it waits for: after a restart the time may be up already.
    if (startTimer !== undefined || !arePodsKnown || job === null || job.spec.suspend === true) return;
    startTimer = setTimeout(() => {
      if (current?.view().isMainStarted !== true) close(() => explain('startTimeout'), true);
    }, startLeftMs(record));
  }

  /** Looks whether what is known decides the run. */
  function evaluate(): void {
    if (isClosing || signal.aborted) return;
    // A pod that policy refuses is refused for ever; one that a quota refuses may have its turn.
    if (current === undefined && events.all().some(({ reason, message }) => reason === 'FailedCreate' && /violates PodSecurity|is invalid:/.test(message))) {
      return close(() => explain('startTimeout'), true);
    }
    const attempt = current;
    const outcome = job === null ? null : jobOutcome(job);
    if (attempt !== undefined && attempt.isRead() && isOver(attempt)) {
      const terminated = attempt.view().main?.state.terminated;
      const code = terminated?.exitCode ?? attempt.report()?.exitCode ?? null;
      const isGood = (code === 0 && attempt.hasBegun()) || attempt.report()?.exitCode === 0;
      if (!isGood && !isJobGone && outcome === null && record.state.cancel === null && (job?.spec.suspend === true || takenUid === attempt.uid)) {
        takenUid = attempt.uid;
        return tellSuspended(job?.spec.suspend === true);
      }
      const mayTryAgain = !isGood && !isJobGone && outcome === null && record.state.cancel === null && record.facts.profile.retries > 0 && !lastCodes.has(code ?? -1);
      if (mayTryAgain && record.state.attempt <= record.facts.profile.retries) return release(attempt);
      // A failed script has more to tell once its container has: whether the kernel killed it, say. Of one that was cancelled nobody asks.
      const isAnswered = record.state.cancel !== null && attempt.report() !== null;
      if (isGood || isAnswered || terminated !== undefined || attempt.pod() === null || outcome !== null) return close(() => reasonOf(attempt, isGood), false);
    } else if ((isJobGone || outcome !== null) && arePodsKnown && (attempt === undefined || (attempt.pod() === null && attempt.isRead()))) {
      close(() => reasonOf(attempt, outcome?.outcome === 'complete'), false);
    }
  }

  const isOver = (attempt: Attempt): boolean => attempt.report() !== null || attempt.view().isMainEnded || attempt.pod() === null;

  function reasonOf(attempt: Attempt | undefined, isGood: boolean): Failure | null | Promise<Failure | null> {
    if (isGood || record.state.cancel !== null) return null;
    if (!isJobGone || !isEndedFromOutside(attempt?.report() ?? null)) return explain('ended');
    return explain(wasJobSeen ? 'jobDeleted' : 'jobMissed');
  }

  async function explain(why: RunEvidence['why']): Promise<Failure> {
    return failureOfRun({ record, attempt: current, job, events: await events.refresh(), why });
  }

  /** Lets the collector of a failed attempt go, so that the Job can make the next one. */
  function release(attempt: Attempt): void {
    void collect(handle, { pod: attempt.pod()?.metadata.name ?? null, report: attempt.report(), fetch: false }).catch((error: unknown) => trouble(toAppError(error)));
  }

  /** Ends the run, then brings its files back, then ends the job. */
  function close(reason: () => Failure | null | Promise<Failure | null>, remove: boolean): void {
    isClosing = true;
    clearTimeout(startTimer);
    cancelling.stop();
    void finish(reason, remove).catch((error: unknown) => {
      if (!signal.aborted) context.log(`${record.jobName} could not be brought to its end: ${toAppError(error).message}`);
    });
  }

  async function finish(reason: () => Failure | null | Promise<Failure | null>, remove: boolean): Promise<void> {
    const failure = await reason();
    const uid = record.state.jobUid;
    await settle(() => endRun(handle, endingOf(failure, record, current)));
    if (remove && uid !== null) await persist(signal, () => deleteJob(handle.client(), record, uid, null, signal), trouble);
    if (!remove && current?.hasFiles() !== false) await collect(handle, { pod: current?.pod()?.metadata.name ?? null, report: current?.report() ?? record.state.report, fetch: true });
    await settle(() => endJob(handle));
    await dropArchive(context.folder, record.runId);
    leave();
    onDone();
  }

  /** Writes what must be written, and waits for room on a full disk. */
  async function settle(write: () => void): Promise<void> {
    for (;;) {
      try {
        return write();
      } catch (error) {
        const failure = toAppError(error);
        if (!failure.retryable) throw failure;
        await pause(1000, signal);
      }
    }
  }

  async function start(): Promise<void> {
    if (!record.state.resumed) {
      await persist(signal, () => makeObjects(handle), trouble);
      // Cancelled while its objects were made: they go again, and there is nothing to wait for.
      if (record.state.cancel !== null && hasEnded()) return close(() => null, true);
    }
    unfollow = context.watches.follow(record, record.runId, { onJob, onPods: hasEnded() ? onLastPods : onPods, onLost: trouble, onHeard: heard });
  }

  const hasEnded = (): boolean => isEnded(context.storage.read((sql) => context.runs.find(sql, record.runId)).status);

  /** The run had ended before this start; its files may still be there. */
  function onLastPods(pods: KubePod[]): void {
    if (isClosing) return;
    const pod = pods.find(({ metadata }) => metadata.uid === record.state.pod?.uid);
    if (pod !== undefined) current = createAttempt({ handle, pod, onChange: () => undefined, onTrouble: trouble });
    close(() => null, false);
  }

  function leave(): void {
    unfollow();
    stopping.abort();
    for (const timer of [startTimer, goneTimer]) clearTimeout(timer);
    cancelling.stop();
    events.stop();
    for (const attempt of attempts.values()) attempt.stop();
  }

  start().catch((error: unknown) => {
    if (signal.aborted) return;
    const failure = toAppError(error);
    close(() => failureOfRefusal(record, failure), record.state.jobUid !== null);
  });

  return {
    record,
    cancel(graceSeconds) {
      if (isClosing) return;
      // Nothing of the script runs yet: for the person it is over, and its objects go as soon as the cluster hears.
      if (!record.state.resumed) {
        handle.update((state) => {
          state.cancel ??= 'requested';
        });
        endRun(handle, { failure: null, exitCode: null, report: null });
      } else cancelling.next(graceSeconds);
    },
    dispose: leave,
  };
}
