/** Samples of one figure, in one unit. */
export interface Figure {
  readonly name: string;
  readonly unit: '' | 'ms' | 'MB' | 'MB/s' | 'lines/s' | 'KB';
  readonly samples: readonly number[];
}

/** One row of the report: a figure beside its peer's of the same run, and what is asked of it. */
export interface Row {
  readonly ours: Figure;
  readonly peer?: Figure;
  /** In words, as the goal is stated. */
  readonly goal: string;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** Nearest-rank percentile (0 to 100). @throws RangeError without samples */
export function percentile(samples: readonly number[], rank: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}

function shown(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
}

function line(figure: Figure): string {
  const { samples, unit } = figure;
  const parts = [Math.min(...samples), median(samples), Math.max(...samples)].map(shown);
  const tail = samples.length >= 100 ? ` · p95 ${shown(percentile(samples, 95))} · p99 ${shown(percentile(samples, 99))}` : '';
  return `${parts.join(' / ')} ${unit}${tail}  (n=${samples.length})`;
}

/** Prints a row: min / median / max of ours and the peer's, and the ratio of the medians. */
export function print(row: Row): void {
  console.log(`\n${row.ours.name}`);
  console.log(`  ours  ${line(row.ours)}`);
  if (row.peer !== undefined) {
    console.log(`  peer  ${line(row.peer)}  ${row.peer.name}`);
    console.log(`  ratio ${(median(row.ours.samples) / median(row.peer.samples)).toFixed(3)} (medians)`);
  }
  console.log(`  goal  ${row.goal}`);
}

/** Repeats `work`, which gives one sample. */
export async function sample(count: number, work: (index: number) => Promise<number> | number): Promise<number[]> {
  const samples: number[] = [];
  for (let i = 0; i < count; i++) samples.push(await work(i));
  return samples;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Samples two works by turns, so that what else the machine does befalls both. */
export async function alternately(count: number, ours: () => Promise<number>, peer: () => Promise<number>): Promise<[ours: number[], peer: number[]]> {
  const oursSamples: number[] = [];
  const peerSamples: number[] = [];
  for (let i = 0; i < count; i++) {
    oursSamples.push(await ours());
    peerSamples.push(await peer());
  }
  return [oursSamples, peerSamples];
}
