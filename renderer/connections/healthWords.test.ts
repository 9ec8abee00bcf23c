import { describe, expect, it } from 'vitest';
import { healthWords, troubleSinceMs } from './healthWords.ts';

describe('healthWords', () => {
  it('says each state, and a broken entry before any', () => {
    expect(healthWords({ health: { state: 'ok', version: 'v1.34.1', latencyMs: 0.4, checkedMs: 0 }, problem: null })).toEqual({ tone: 'good', short: 'Connected', detail: 'Kubernetes v1.34.1 · 1 ms' });
    expect(healthWords({ health: { state: 'unreachable', message: 'no answer', sinceMs: 5 }, problem: null })).toMatchObject({ tone: 'bad', detail: 'no answer' });
    expect(healthWords({ health: { state: 'unknown' }, problem: 'no such cluster' })).toEqual({ tone: 'bad', short: 'Broken entry', detail: 'no such cluster' });
  });

  it('knows since when, where that is known', () => {
    expect(troubleSinceMs({ state: 'unreachable', message: '', sinceMs: 5 })).toBe(5);
    expect(troubleSinceMs({ state: 'unknown' })).toBeNull();
  });
});
