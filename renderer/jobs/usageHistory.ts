import type { Job, JobUsage } from '../../contract/index.ts';

/** Samples that are kept of a run: two and a half minutes of its first, then a quarter of an hour. */
export const mostSamples = 180;

/** What a run has used lately, oldest first. */
export type UsageHistory = readonly JobUsage[];

/** The history with what a run tells now. A new attempt begins anew, and nothing is kept of what has ended. */
export function withUsage(history: UsageHistory, { usage, phase }: Pick<Job, 'usage' | 'phase'>): UsageHistory {
  if (usage === null || phase === 'done') return [];
  return history.at(-1)?.atMs === usage.atMs ? history : [...history, usage].slice(-mostSamples);
}

/** Points of a line as SVG's `points`, in a box of `width` × `height`; the top is `max`. Empty for less than two points. */
export function linePoints(samples: readonly { atMs: number; value: number }[], max: number, width: number, height: number): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 2) return '';
  const span = Math.max(1, last.atMs - first.atMs);
  const y = (value: number): number => height * (1 - Math.min(1, value / Math.max(max, Number.MIN_VALUE)));
  return samples.map(({ atMs, value }) => `${(((atMs - first.atMs) / span) * width).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
}
