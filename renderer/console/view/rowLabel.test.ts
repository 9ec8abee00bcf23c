import { describe, expect, it } from 'vitest';
import type { OutputRecord } from '../../../contract/index.ts';
import { ConsoleLog } from '../model/consoleLog.ts';
import { labelColumns, labelOf } from './rowLabel.ts';

function logOf(...attempts: (number | null)[]): ConsoleLog {
  const log = new ConsoleLog();
  log.accept(attempts.map((attempt, i): OutputRecord => ({ seq: i + 1, timeMs: 1000 + i, body: { kind: 'text', stream: 'stdout', text: 'line\n' }, ...(attempt === null ? {} : { source: { container: 'main', attempt } }) })));
  return log;
}

function labels(log: ConsoleLog, times: 'off' | 'relative'): (string | null)[] {
  const [block] = log.blocks;
  if (block?.kind !== 'text') throw new Error('no text');
  return Array.from({ length: block.lineCount }, (_, line) => labelOf({ times, startedMs: 1000 }, log, block, line, 0));
}

describe('what stands before a line', () => {
  it('is nothing, its time, its attempt where there are several, or both', () => {
    expect(labels(logOf(null, null), 'off')).toEqual([null, null]);
    expect(labels(logOf(1, 1), 'off')).toEqual([null, null]);
    expect(labels(logOf(1, 2), 'off')).toEqual(['#1  ', '#2  ']);
    expect(labels(logOf(null, 12), 'relative')).toEqual(['    +00:00:00.000', '#12 +00:00:00.001']);
  });

  it('takes as many columns as are reserved for it', () => {
    for (const log of [logOf(null), logOf(1, 2)]) {
      for (const times of ['off', 'relative'] as const) expect((labels(log, times)[0] ?? '').length).toBeLessThanOrEqual(labelColumns({ times, startedMs: 0 }, log));
    }
  });
});
