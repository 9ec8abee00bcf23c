import { toAppError, type AppError } from '../../../contract/errors.ts';
import type { OutputBody, OutputSource } from '../../../contract/output.ts';
import type { FoundGap } from '../output/index.ts';
import type { JobHandle } from './context.ts';
import { mainContainer } from './manifest/index.ts';
import { pause } from './pause.ts';
import type { LogCursor } from './record.ts';

/** How often a full disk is tried again. */
const retryMs = 1_000;

/** Stores steps of output together with the cursor that stands behind them, in one transaction. */
export interface OutputWriter {
  /** Stores; what the disk refuses is kept and comes first the next time. @param gapEndMs when gaps ended of whose end the time was not known @throws STORAGE_READ_ONLY */
  write(steps: readonly OutputBody[], cursor: LogCursor, gaps: readonly FoundGap[], gapEndMs: number | null): void;
  /** Waits until everything is stored, and records whether the log was read to its last line. */
  end(isSeen: boolean, signal: AbortSignal): Promise<void>;
  /** Whether something waits for room on the disk: then nothing more should be read. */
  readonly isBlocked: boolean;
  /** Waits until everything is stored. */
  settle(signal: AbortSignal): Promise<void>;
}

export function createOutputWriter({ context, record }: JobHandle, onTrouble: (error: AppError) => void): OutputWriter {
  let unsaved: { steps: { timeMs: number; body: OutputBody; source?: OutputSource }[]; cursor: LogCursor; gaps: FoundGap[]; gapEndMs: number | null } | undefined;

  function save(): void {
    if (unsaved === undefined) return;
    const { steps, cursor, gaps, gapEndMs } = unsaved;
    context.storage.write((sql) => {
      context.output.add(sql, record.runId, steps);
      for (const gap of gaps) context.output.addGap(sql, record.runId, gap);
      if (gapEndMs !== null) context.output.endGaps(sql, record.runId, gapEndMs);
      context.store.setCursor(sql, record.key, cursor);
    });
    unsaved = undefined;
    context.output.wake(record.runId);
  }

  return {
    write(steps, cursor, gaps, gapEndMs) {
      // A cursor that has moved over measurements alone need not be on disk: reading those again does no harm.
      if (steps.length === 0) return;
      const timeMs = Date.now();
      // Which attempt said it is told only where there can be more than one.
      const source = record.facts.profile.retries > 0 ? { source: { container: mainContainer, attempt: Math.max(1, record.state.attempt) } } : {};
      unsaved = { steps: [...(unsaved?.steps ?? []), ...steps.map((body) => ({ timeMs, body, ...source }))], cursor, gaps: [...(unsaved?.gaps ?? []), ...gaps], gapEndMs: gapEndMs ?? unsaved?.gapEndMs ?? null };
      save();
    },
    get isBlocked() {
      return unsaved !== undefined;
    },
    async end(isSeen, signal) {
      for (let isEnded = false; !isEnded; ) {
        await this.settle(signal);
        try {
          context.storage.write((sql) => context.output.endLog(sql, record.runId, isSeen));
          isEnded = true;
        } catch (error) {
          onTrouble(toAppError(error));
          await pause(retryMs, signal);
        }
      }
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
