import type { CancelStep } from '../../../contract/jobs.ts';
import { toAppError, type AppError } from '../../../contract/errors.ts';
import { execInPod, kubeStatusOf } from '../cluster/index.ts';
import type { Attempt } from './attempt.ts';
import type { JobHandle } from './context.ts';
import { mainContainer, runnerCommand } from './manifest/index.ts';
import { deleteJob, deletePod, readJob } from './objects.ts';
import { persist } from './submitting.ts';

const signalTimeoutMs = 10_000;

export interface Cancelling {
  /** The next step now: SIGINT, SIGTERM, delete; and the ones after it, each `graceSeconds` later. */
  next(graceSeconds: number): void;
  stop(): void;
}

/** The ladder of a cancel. It is stored at each step, and goes on from there after a restart. While the cluster is away it waits, and tells `onTrouble`. */
export function createCancelling(handle: JobHandle, attempt: () => Attempt | undefined, onTrouble: (error: AppError) => void): Cancelling {
  const { record } = handle;
  let timer: NodeJS.Timeout | undefined;
  let climbing: Promise<void> = Promise.resolve();

  function reach(reached: CancelStep): void {
    handle.update((state) => {
      state.cancel = reached;
    });
  }

  /** @returns whether the runner has taken it */
  async function signal(name: 'INT' | 'TERM' | 'KILL', pod: string, isSecondTry = false): Promise<boolean> {
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
      handle.signal.throwIfAborted();
      handle.context.log(`SIG${name} could not be passed to ${record.jobName}: ${toAppError(error).message}`);
      // A script that was not heard to be asked is asked when the cluster answers again. Without the right to exec, or with a container that just
      // ended, the next step does it.
      const brokeOff = toAppError(error).code === 'UNAVAILABLE' && kubeStatusOf(error) === null;
      return (await wasAway()) || (brokeOff && !isSecondTry) ? signal(name, pod, true) : false;
    }
  }

  /** Waits until the cluster answers. @returns whether it did not at first */
  async function wasAway(): Promise<boolean> {
    const { jobUid } = record.state;
    if (jobUid === null) return false;
    let isAway = false;
    await persist(handle.signal, async () => void (await readJob(handle.client(), record, jobUid, handle.signal)), (error) => {
      isAway = true;
      onTrouble(error);
    });
    return isAway;
  }

  async function climb(): Promise<void> {
    const current = attempt();
    const pod = current?.takesSignals() === true ? current.pod()?.metadata.name : undefined;
    const { cancel, jobUid } = record.state;
    if (pod !== undefined && cancel === 'requested' && (await signal('INT', pod))) return reach('interrupted');
    if (pod !== undefined && (cancel === 'requested' || cancel === 'interrupted') && (await signal('TERM', pod))) return reach('terminated');
    if (jobUid === null || cancel === 'deleted') return;
    await persist(handle.signal, () => deleteJob(handle.client(), record, jobUid, null, handle.signal), (error) => {
      handle.context.log(`${record.jobName} cannot be deleted yet: ${error.message}`);
      onTrouble(error);
    });
    reach('deleted');
    // The Job takes its pod with it, which would have the whole grace time once more. A runner whose script is killed still hands over its files.
    if (pod !== undefined && !(await signal('KILL', pod)) && current?.report() === null) await deletePod(handle.client(), record, pod, handle.signal);
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
