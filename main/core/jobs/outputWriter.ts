import { toAppError, type AppError } from '../../../contract/errors.ts';
import type { OutputBody } from '../../../contract/output.ts';
import type { JobHandle } from './context.ts';
import { pause } from './pause.ts';
import type { LogCursor } from './record.ts';

/** How often a full disk is tried again. */
const retryMs = 1_000;

/** Stores steps of output together with the cursor that stands behind them, in one transaction. */
export interface OutputWriter {
  /** Stores; what the disk refuses is kept and comes first the next time. @throws STORAGE_READ_ONLY */
  write(steps: readonly OutputBody[], cursor: LogCursor): void;
  /** Whether something waits for room on the disk: then nothing more should be read. */
  readonly isBlocked: boolean;
  /** Waits until everything is stored. */
  settle(signal: AbortSignal): Promise<void>;
}

export function createOutputWriter({ context, record }: JobHandle, onTrouble: (error: AppError) => void): OutputWriter {
  let unsaved: { steps: { timeMs: number; body: OutputBody }[]; cursor: LogCursor } | undefined;

  function save(): void {
    if (unsaved === undefined) return;
    const { steps, cursor } = unsaved;
    context.storage.write((sql) => {
      context.output.add(sql, record.runId, steps);
      context.store.setCursor(sql, record.key, cursor);
    });
    unsaved = undefined;
    context.output.wake(record.runId);
  }

  return {
    write(steps, cursor) {
      // A cursor that has moved over measurements alone need not be on disk: reading those again does no harm.
      if (steps.length === 0) return;
      const timeMs = Date.now();
      unsaved = { steps: [...(unsaved?.steps ?? []), ...steps.map((body) => ({ timeMs, body }))], cursor };
      save();
    },
    get isBlocked() {
      return unsaved !== undefined;
    },
    async settle(signal) {
      while (unsaved !== undefined) {
        try {
          save();
        } catch (error) {
          onTrouble(toAppError(error));
          await pause(retryMs, signal);
        }
      }
    },
  };
}
