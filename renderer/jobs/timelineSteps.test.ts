import { describe, expect, it } from 'vitest';
import type { JobPhase } from '../../contract/index.ts';
import { timelineOf } from './timelineSteps.ts';

const seen = (...steps: [JobPhase, number][]) => steps.map(([phase, atMs]) => ({ phase, atMs }));

describe('timelineOf', () => {
  it('tells how long each step took, what is now, and what is sure to come', () => {
    const steps = timelineOf({ phase: 'pulling', timeline: seen(['created', 100], ['scheduled', 250], ['pulling', 300]) }, 1300);
    expect(steps.map(({ phase, state, durationMs }) => [phase, state, durationMs])).toEqual([
      ['created', 'past', 150],
      ['scheduled', 'past', 50],
      ['pulling', 'current', 1000],
      ['running', 'ahead', null],
      ['done', 'ahead', null],
    ]);
  });

  it('ends with what was seen', () => {
    const steps = timelineOf({ phase: 'done', timeline: seen(['created', 0], ['running', 10], ['done', 20]) }, 5000);
    expect(steps.map(({ state, durationMs }) => [state, durationMs])).toEqual([['past', 10], ['past', 10], ['past', null]]);
  });

  it('numbers the phases that come again with the next attempt', () => {
    const steps = timelineOf({ phase: 'running', timeline: seen(['running', 0], ['scheduled', 5], ['running', 9]) }, 10);
    expect(steps.filter(({ phase }) => phase === 'running').map(({ occurrence, state }) => [occurrence, state])).toEqual([[1, 'past'], [2, 'current']]);
  });

  it('never counts backwards when clocks were set', () => {
    expect(timelineOf({ phase: 'running', timeline: seen(['running', 100]) }, 50)[0]?.durationMs).toBe(0);
  });
});
