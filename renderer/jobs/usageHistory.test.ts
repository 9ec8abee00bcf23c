import { describe, expect, it } from 'vitest';
import { linePoints, mostSamples, withUsage, type UsageHistory } from './usageHistory.ts';

const sample = (atMs: number) => ({ atMs, cpuCores: 0.5, memoryBytes: 1, peakMemoryBytes: 1 });

describe('what a run has used', () => {
  it('grows by each measurement once, up to a limit', () => {
    let history: UsageHistory = [];
    for (let at = 0; at < mostSamples + 5; at++) {
      history = withUsage(history, { usage: sample(at), phase: 'running' });
      history = withUsage(history, { usage: sample(at), phase: 'running' });
    }
    expect(history).toHaveLength(mostSamples);
    expect(history[0]?.atMs).toBe(5);
  });

  it('begins anew with an attempt, and ends with the run', () => {
    expect(withUsage([sample(1)], { usage: null, phase: 'created' })).toEqual([]);
    expect(withUsage([sample(1)], { usage: sample(2), phase: 'done' })).toEqual([]);
  });
});

describe('linePoints', () => {
  it('spans the box in time, and the limit in height', () => {
    expect(linePoints([{ atMs: 100, value: 0 }, { atMs: 150, value: 5 }, { atMs: 200, value: 20 }], 10, 60, 20)).toBe('0.0,20.0 30.0,10.0 60.0,0.0');
  });

  it('needs two points, and does not mind a limit of zero', () => {
    expect(linePoints([{ atMs: 1, value: 1 }], 10, 60, 20)).toBe('');
    expect(linePoints([{ atMs: 1, value: 0 }, { atMs: 1, value: 0 }], 0, 60, 20)).toBe('0.0,20.0 0.0,20.0');
  });
});
