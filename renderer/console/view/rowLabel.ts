import type { TextBlock } from '../model/blocks.ts';
import type { ConsoleLog } from '../model/consoleLog.ts';
import { segmentAt } from '../model/logLines.ts';
import { timeColumns, timeText, type TimeMode } from '../times.ts';

/** Columns of `#12 `. */
const attemptColumns = 4;

interface LabelLook {
  times: TimeMode;
  /** What relative times count from, milliseconds since 1970. */
  startedMs: number;
}

/** Columns that stand before each line, for its time, and for its attempt where there are several. */
export function labelColumns({ times }: LabelLook, { sources }: ConsoleLog): number {
  return timeColumns[times] + (sources.length > 1 ? attemptColumns : 0);
}

/** What stands before a row: the first of a line has its attempt and its time, the others a space. Null where nothing stands before any. */
export function labelOf({ times, startedMs }: LabelLook, log: ConsoleLog, block: TextBlock, line: number, row: number): string | null {
  if (labelColumns({ times, startedMs }, log) === 0) return null;
  const segment = row === 0 ? segmentAt(block, block.lineStarts?.[line] ?? 0) : undefined;
  if (segment === undefined) return '';
  const attempt = log.sources.length > 1 ? (segment.source === undefined ? '' : `#${segment.source.attempt}`).padEnd(attemptColumns) : '';
  return `${attempt}${timeText(times, segment.timeMs, startedMs)}`;
}
