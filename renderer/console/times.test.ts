import { describe, expect, it } from 'vitest';
import { parseDestination, timeColumns, timeModes, timeText } from './times.ts';

const started = new Date(2026, 1, 3, 10, 2, 11, 5).getTime();

describe('times of lines', () => {
  it('are told in four ways, and fit into their columns', () => {
    expect(timeText('off', started, started)).toBe('');
    expect(timeText('relative', started + 3_723_004, started)).toBe('+01:02:03.004');
    expect(timeText('relative', started - 4, started)).toBe('-00:00:00.004');
    expect(timeText('local', started, started)).toBe('10:02:11.005');
    expect(timeText('utc', Date.UTC(2026, 1, 3, 4, 5, 6, 7), 0)).toBe('2026-02-03T04:05:06.007Z');
    for (const mode of timeModes) expect(timeText(mode, started, started).length).toBeLessThanOrEqual(Math.max(0, timeColumns[mode]));
  });
});

describe('a destination', () => {
  it('is a line', () => {
    expect(parseDestination('12', started)).toEqual({ kind: 'line', line: 12 });
    expect(parseDestination(' 1,204,331 ', started)).toEqual({ kind: 'line', line: 1_204_331 });
    expect(parseDestination('line 0', started)).toEqual({ kind: 'line', line: 1 });
  });

  it('is a moment', () => {
    expect(parseDestination('10:02:12', started)).toEqual({ kind: 'time', timeMs: started + 995 });
    expect(parseDestination('10:02:11.25', started)).toEqual({ kind: 'time', timeMs: started + 245 });
    expect(parseDestination('09:00', started + 14 * 3_600_000)).toEqual({ kind: 'time', timeMs: new Date(2026, 1, 4, 9, 0).getTime() });
    expect(parseDestination('+1:30', started)).toEqual({ kind: 'time', timeMs: started + 90_000 });
    expect(parseDestination('+2:00:01.5', started)).toEqual({ kind: 'time', timeMs: started + 7_201_500 });
    expect(parseDestination('+90s', started)).toEqual({ kind: 'time', timeMs: started + 90_000 });
    expect(parseDestination('2026-02-03T04:05:06Z', started)).toEqual({ kind: 'time', timeMs: Date.UTC(2026, 1, 3, 4, 5, 6) });
    expect(parseDestination('2026-02-03 10:02:11,005', 0)).toEqual({ kind: 'time', timeMs: started });
    expect(parseDestination('2026-02-03', 0)).toEqual({ kind: 'time', timeMs: new Date(2026, 1, 3).getTime() });
    expect(parseDestination('04:05:06Z', Date.UTC(2026, 1, 3, 4))).toEqual({ kind: 'time', timeMs: Date.UTC(2026, 1, 3, 4, 5, 6) });
  });

  it('is nothing else', () => {
    for (const text of ['', 'soon', '2026-99-99', '+', 'x12', '24:00', '10:61:00', '10:02:60', '2026-02-03 25:00']) expect(parseDestination(text, started)).toBeNull();
  });
});
