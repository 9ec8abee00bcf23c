import type { CancelStep } from '../../../contract/jobs.ts';
import { toAppError } from '../../../contract/errors.ts';
import { execInPod } from '../cluster/index.ts';
import type { Attempt } from './attempt.ts';
import type { JobHandle } from './context.ts';
import { mainContainer, runnerCommand } from './manifest/index.ts';
import { deleteJob, deletePod } from './objects.ts';
import { persist } from './submitting.ts';

const signalTimeoutMs = 10_000;

export interface Cancelling {
  /** The next step now: SIGINT, SIGTERM, delete; and the ones after it, each `graceSeconds` later. */
  next(graceSeconds: number): void;
  stop(): void;
}

/** The ladder of a cancel. It is stored at each step, and goes on from there after a restart. */
export function createCancelling(handle: JobHandle, attempt: () => Attempt | undefined): Cancelling {
  const { record } = handle;
  let timer: NodeJS.Timeout | undefined;
  let climbing: Promise<void> = Promise.resolve();

  function reach(reached: CancelStep): void {
    handle.update((state) => {
      state.cancel = reached;
    });
  }

  /** @returns whether the runner has taken it */
  async function signal(name: 'INT' | 'TERM', pod: string): Promise<boolean> {
    try {
      const { exitCode } = await execInPod(handle.client(), {
        namespace: record.namespace,
        pod,
        container: mainContainer,
        command: runnerCommand(record.facts.profile, 'signal', name),
        signal: handle.signal,
        idleTimeoutMs: signalTimeoutMs,
      });
      return exitCode === 0;
    } catch (error) {
      // Without the right to exec, or with a container that just ended, the next step does it.
      handle.context.log(`SIG${name} could not be passed to ${record.jobName}: ${toAppError(error).message}`);
      return false;
    }
  }

  async function climb(): Promise<void> {
    const current = attempt();
    const pod = current?.isStarted() === true ? current.pod()?.metadata.name : undefined;
    const { cancel, jobUid } = record.state;
    if (pod !== undefined && cancel === 'requested' && (await signal('INT', pod))) return reach('interrupted');
    if (pod !== undefined && (cancel === 'requested' || cancel === 'interrupted') && (await signal('TERM', pod))) return reach('terminated');
    if (jobUid === null || cancel === 'deleted') return;
    await persist(handle.signal, () => deleteJob(handle.client(), record, jobUid, null, handle.signal), (error) => {
      handle.context.log(`${record.jobName} cannot be deleted yet: ${error.message}`);
    });
    reach('deleted');
    // The Job takes its pod with it, which would have the whole grace time once more.
    if (pod !== undefined) await deletePod(handle.client(), record, pod, handle.signal);
  }

  function step(graceSeconds: number): void {
    clearTimeout(timer);
    climbing = climbing.then(climb).catch((error: unknown) => {
      if (!handle.signal.aborted) handle.context.log(`cancelling ${record.jobName}: ${toAppError(error).message}`);
    });
    void climbing.then(() => {
      if (record.state.cancel === 'deleted' || handle.signal.aborted) return;
      timer = setTimeout(() => step(graceSeconds), graceSeconds * 1000);
    });
  }

  return {
    next(graceSeconds) {
      if (record.state.cancel === null) reach('requested');
      step(graceSeconds);
    },
    stop: () => clearTimeout(timer),
  };
}
