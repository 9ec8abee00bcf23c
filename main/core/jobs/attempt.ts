import { isAbsolute, join } from 'node:path';
import { toAppError, type AppError } from '../../../contract/errors.ts';
import { execInPod } from '../cluster/index.ts';
import { archiveChunks } from './archive.ts';
import type { JobHandle } from './context.ts';
import type { KubePod } from './kube.ts';
import { followPodLog, type LogFollower } from './logFollower.ts';
import type { LogListener } from './logParser.ts';
import { mainContainer, runnerCommand } from './manifest/index.ts';
import { pause } from './pause.ts';
import { isBefore, podViewOf, type PodView } from './podView.ts';
import type { JobFacts } from './record.ts';
import { reportOf, type RunnerReport } from './report.ts';
import type { Measurement } from './runnerDocuments.ts';

const uploadRetryMs = 1_000;
const maxUploadTries = 20;

/** One pod of a job, followed from its node to its end. */
export interface Attempt {
  readonly uid: string;
  /** As it was seen last; null once it is gone. */
  pod(): KubePod | null;
  /** The same, also of one that is gone: why it went stands in it. */
  lastPod(): KubePod;
  view(): PodView;
  /** What the runner said at the end; null if it could not, or has not yet. */
  report(): RunnerReport | null;
  /** Its output is stored to the end. */
  isRead(): boolean;
  /** The runner has said its first word: what ended was it, and not a program that takes its name. */
  hasBegun(): boolean;
  /** Its script may have written files: its runner has begun, or nobody can tell. */
  hasFiles(): boolean;
  /** The container runs. A runner that is only about to begin takes a signal, too, and then does not start the script. */
  takesSignals(): boolean;
  see(pod: KubePod): void;
  gone(): void;
  /** The connection is back. */
  restart(): void;
  stop(): void;
}

export interface AttemptOptions {
  handle: JobHandle;
  pod: KubePod;
  /** Something that may decide the run has changed. */
  onChange(): void;
  onTrouble(error: AppError): void;
}

export function createAttempt({ handle, pod: first, onChange, onTrouble }: AttemptOptions): Attempt {
  const { record } = handle;
  const uid = first.metadata.uid;
  let pod = first;
  let isGone = false;
  let isRead = false;
  // These phases only the runner tells: after a restart it is known that it has begun, though the kubelet may not have said so yet.
  let isStarted = record.state.pod?.uid === uid && !isBefore(record.phase, 'installing');
  let hasRun = false;
  let view = podViewOf(first);
  let reported: RunnerReport | null = null;
  let follower: LogFollower | undefined;
  let lastMeasurement: { cpuMs: number; podMs: number } | undefined;
  let upload: Promise<void> | undefined;

  const listener: LogListener = {
    onPhase(phase) {
      isStarted = true;
      if (phase.phase === 'started') {
        const { python } = phase;
        handle.context.learnedPython(record.facts.profile.image, python);
        handle.update(
          (state) => {
            state.pythonVersion = python;
          },
          { also: (sql) => handle.context.runs.setPythonVersion(sql, record.runId, python) },
        );
      } else if (phase.phase === 'files') {
        upload ??= sendFiles().catch((error: unknown) => onTrouble(toAppError(error)));
      } else if (phase.phase === 'collecting') {
        setReport(phase.report);
        // Its output is whole once what follows this line, nothing, has been stored.
      } else handle.update(waitingForNothing, { phase: phase.phase });
    },
    onMeasurement(measurement, podMs) {
      isStarted = true;
      handle.touch((state) => {
        state.usage = { atMs: Date.now(), cpuCores: cores(measurement, podMs), memoryBytes: measurement.memory, peakMemoryBytes: measurement.peak };
      });
    },
    onPackages: (packages) => handle.context.learnedPackages(record.runId, packages),
    place: (file) => placeOf(file, record.facts),
    onError(error) {
      const text = error.message === '' ? error.name : `${error.name}: ${error.message}`;
      handle.update((state) => {
        state.error = { text: text.slice(0, 2000), frames: error.frames };
      });
    },
  };

  function cores({ cpuMs }: Measurement, podMs: number): number | null {
    const before = lastMeasurement;
    if (cpuMs === null) return null;
    lastMeasurement = { cpuMs, podMs };
    if (before === undefined || podMs <= before.podMs) return null;
    return Math.max(0, cpuMs - before.cpuMs) / (podMs - before.podMs);
  }

  function setReport(report: RunnerReport | null): void {
    if (report === null) return;
    reported = report;
    handle.update((state) => {
      state.report = report;
    });
  }

  /** Sends the archive; it may be sent again, and the runner checks it. */
  async function sendFiles(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const { bytes, sha256, chunks } = await archiveChunks(handle);
        const { exitCode, stderr } = await execInPod(handle.client(), {
          namespace: record.namespace,
          pod: pod.metadata.name,
          container: mainContainer,
          command: runnerCommand(record.facts.profile, 'receive', String(bytes), sha256),
          stdin: chunks,
          signal: handle.signal,
        });
        if (exitCode === 0) return;
        handle.context.log(`the files of ${record.jobName} were not taken: ${stderr}`);
      } catch (error) {
        handle.signal.throwIfAborted();
        if (tries === maxUploadTries) throw error;
        onTrouble(toAppError(error));
      }
      await pause(uploadRetryMs, handle.signal);
    }
  }

  const hasBegun = (): boolean => reported !== null || record.state.pythonVersion !== null;

  /** Its container could not be started, or was taken away by a cancel before anybody saw it run: there is nothing to miss. */
  function neverRan(): boolean {
    return view.isMainRefused || (view.isMainUnknown && !hasRun && record.state.cancel === 'deleted');
  }

  function follow(): void {
    if (follower !== undefined) return;
    const following = followPodLog({ handle, pod: { name: pod.metadata.name, uid }, isStarting: !view.isMainStarted && !view.isMainEnded, listener, onTrouble });
    follower = following;
    following.done.then(
      () => {
        isRead = true;
        onChange();
      },
      () => undefined,
    );
  }

  function see(next: KubePod): void {
    pod = next;
    view = podViewOf(pod);
    hasRun ||= isStarted || view.main?.state.running !== undefined;
    const node = pod.spec.nodeName ?? null;
    const { state } = record;
    if (node !== state.node || view.waitingFor !== state.waitingFor || view.phase !== record.phase) {
      // The end of the script is told by the runner or by the end of the log, not by the pod's phase.
      const phase = view.phase === 'collecting' ? 'running' : view.phase;
      handle.update(
        (current) => {
          current.node = node;
          current.waitingFor = view.waitingFor;
        },
        // Between the start of the container and that of the script, requirements may be installed.
        phase === 'running' ? {} : { phase },
      );
    }
    // A digest without a name is that of the image's configuration, by which nothing can be pulled.
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(view.main?.imageID ?? '')?.[1];
    if (digest !== undefined && digest !== state.imageDigest) {
      handle.update((current) => {
        current.imageDigest = digest;
      });
    }
    if (node !== null) follow();
    if (view.isMainEnded) {
      reported ??= reportOf(view.main?.state.terminated?.message ?? '');
      if (reported !== null && state.report === null) setReport(reported);
      follower?.finish(reported?.lastSeq ?? (neverRan() ? 0 : null));
      // A pod that was refused by its node never had a log.
      if (follower === undefined) isRead = true;
    }
    onChange();
  }

  return {
    uid,
    pod: () => (isGone ? null : pod),
    lastPod: () => pod,
    view: () => view,
    report: () => reported,
    isRead: () => isRead,
    hasBegun,
    hasFiles: () => !view.isMainRefused && (hasBegun() || view.main?.state.terminated === undefined || isKilled(view.main.state.terminated.exitCode)),
    takesSignals: () => (isStarted || view.main?.state.running !== undefined) && !view.isMainEnded,
    see,
    gone() {
      isGone = true;
      follower?.finish(reported?.lastSeq ?? null);
      if (follower === undefined) isRead = true;
      onChange();
    },
    restart: () => follower?.restart(),
    stop: () => follower?.stop(),
  };
}

/** From outside, at any moment (128 and the signal's number). */
function isKilled(exitCode: number): boolean {
  return exitCode === 128 + 9 || exitCode === 128 + 15;
}

function waitingForNothing(state: JobHandle['record']['state']): void {
  state.waitingFor = null;
}

/** The script is known by its tab, other files by the folder that they came from. */
function placeOf(file: string, { script, path, folder, title }: JobFacts): string {
  if (file === script) return path ?? title;
  return folder === null || isAbsolute(file) ? file : join(folder, file);
}
