import { toAppError, type RunId, type TracebackFrame } from '../../contract/index.ts';
import type { LiveConsole } from '../console/index.ts';
import { core } from '../rpc/index.ts';
import type { ExecutionEnd } from '../runner/index.ts';
import type { OutputPump } from './outputPump.ts';

export interface EndedRun {
  runId: RunId;
  console: LiveConsole;
  pump: OutputPump;
  /** Settles when what the run was given is kept. */
  kept: Promise<void>;
  end: ExecutionEnd;
  error: string | null;
  frames: TracebackFrame[];
  /** Why Python could not start; null if it did. */
  startFailure: string | null;
  /** Runs the same again. */
  retry(): void;
}

const firstRetryMs = 100;
const maxRetryMs = 3000;

/** Shows how a run ended, and stores it once all its output and all that it was given are stored: who is told of the end finds all of it. */
export async function finishRun(run: EndedRun): Promise<void> {
  const { end, startFailure } = run;
  run.console.update({
    status: end.status,
    exitCode: end.exitCode,
    durationMs: end.durationMs,
    peakMemoryBytes: end.peakMemoryBytes,
    input: null,
    isStopping: false,
    failure:
      startFailure === null
        ? null
        : { message: `Python could not start: ${startFailure}`, action: 'Install the application again if trying again does not help.', retry: run.retry },
  });
  await Promise.all([run.pump.drained(), run.kept]);
  await storeEnd(run);
}

async function storeEnd({ runId, console, end, error, frames, startFailure }: EndedRun): Promise<void> {
  const { status, exitCode, durationMs, peakMemoryBytes, packages } = end;
  const said = error ?? (startFailure === null ? null : `Python could not start: ${startFailure}`.slice(0, 2000));
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(maxRetryMs, retryMs * 2)) {
    try {
      await core.runs.finish({ id: runId, status, exitCode, durationMs, peakMemoryBytes, error: said, frames, packages });
      console.update({ waiting: null });
      return;
    } catch (caught) {
      const failure = toAppError(caught);
      if (!failure.retryable && failure.code !== 'STORAGE_READ_ONLY') throw failure;
      console.update({ waiting: `${failure.message} The end of this run is stored as soon as that works again.` });
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
