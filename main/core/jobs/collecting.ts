import { toAppError } from '../../../contract/errors.ts';
import { execInPod } from '../cluster/index.ts';
import type { Attempt } from './attempt.ts';
import type { JobHandle } from './context.ts';
import { collectorContainer, runnerCommand } from './manifest/index.ts';

/** Below this the runner's collector does not wait for anybody: the log is whole without it. */
const smallLogBytes = 4 * 1024 * 1024;

/** Brings a run's files back and lets its pod go. What cannot be fetched is the job's `artifacts`, never an error. */
export async function collect(handle: JobHandle, attempt: Attempt | undefined, { fetch }: { fetch: boolean }): Promise<void> {
  const report = attempt?.report() ?? null;
  const pod = attempt?.pod()?.metadata.name;
  const isWaiting = report === null || (report.artifacts?.files ?? 0) > 0 || report.logBytes >= smallLogBytes;
  if (pod === undefined || !isWaiting || fetch === undefined) return;
  try {
    await execInPod(handle.client(), {
      namespace: handle.record.namespace,
      pod,
      container: collectorContainer,
      command: runnerCommand(handle.record.facts.profile, 'ack'),
      signal: handle.signal,
    });
  } catch (error) {
    handle.signal.throwIfAborted();
    // It ends by itself when its time is over.
    handle.context.log(`the collector of ${handle.record.jobName} could not be let go: ${toAppError(error).message}`);
  }
}
