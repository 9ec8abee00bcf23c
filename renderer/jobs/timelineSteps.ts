import type { Job, JobPhase } from '../../contract/index.ts';

/** A step of a run's life, as the card shows it. */
export interface TimelineStep {
  phase: JobPhase;
  state: 'past' | 'current' | 'ahead';
  /** How long it took, or takes so far; null for a step that is an instant or still ahead. */
  durationMs: number | null;
  /** The first is 1: a phase may be seen again with the next attempt. */
  occurrence: number;
}

/** What every run goes through; the others appear when they are seen. */
const usualPhases: readonly JobPhase[] = ['created', 'scheduled', 'running', 'done'];
const order: readonly JobPhase[] = ['queued', 'submitting', 'created', 'scheduled', 'pulling', 'installing', 'running', 'collecting', 'done'];
/** Steps of the past that are shown; a run with many attempts has more. */
const mostPast = 12;

/** The steps that a run has gone through, the one that it is in, and those that are sure to come. */
export function timelineOf({ phase, timeline }: Pick<Job, 'phase' | 'timeline'>, nowMs: number): TimelineStep[] {
  const counts = new Map<JobPhase, number>();
  const seen = timeline.map((step, index): TimelineStep => {
    const occurrence = (counts.get(step.phase) ?? 0) + 1;
    counts.set(step.phase, occurrence);
    const next = timeline[index + 1];
    const isLast = next === undefined;
    const durationMs = step.phase === 'done' ? null : Math.max(0, (isLast ? nowMs : next.atMs) - step.atMs);
    return { phase: step.phase, state: isLast && phase !== 'done' ? 'current' : 'past', durationMs, occurrence };
  });
  const rank = order.indexOf(timeline.at(-1)?.phase ?? 'queued');
  const ahead = phase === 'done' ? [] : usualPhases.filter((one) => order.indexOf(one) > rank);
  return [...seen.slice(-mostPast), ...ahead.map((one): TimelineStep => ({ phase: one, state: 'ahead', durationMs: null, occurrence: (counts.get(one) ?? 0) + 1 }))];
}
