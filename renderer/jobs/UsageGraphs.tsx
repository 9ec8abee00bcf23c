import type { Job } from '../../contract/index.ts';
import { classes } from '../lib/classes.ts';
import { formatBytes, formatDuration } from '../lib/units.ts';
import { linePoints, type UsageHistory } from './usageHistory.ts';

const width = 96;
const height = 20;
/** From this part of its memory on a run is in danger of being ended. */
const nearLimit = 0.9;

/** What a run uses as it goes, below its limits. */
export function UsageGraphs({ history, limits }: { history: UsageHistory; limits: Job['limits'] }) {
  const cpu = history.flatMap(({ atMs, cpuCores }) => (cpuCores === null ? [] : [{ atMs, value: cpuCores }]));
  const memory = history.flatMap(({ atMs, memoryBytes }) => (memoryBytes === null ? [] : [{ atMs, value: memoryBytes }]));
  if (cpu.length < 2 && memory.length < 2) return null;
  return (
    <div role="group" aria-label="Usage" className="flex flex-wrap gap-x-5 gap-y-1">
      <Graph name="CPU" samples={cpu} limit={limits.cpuCores} text={(value) => value.toFixed(2)} limitText={`${limits.cpuCores} ${limits.cpuCores === 1 ? 'core' : 'cores'}`} />
      <Graph name="Memory" samples={memory} limit={limits.memoryBytes} text={formatBytes} limitText={formatBytes(limits.memoryBytes)} isHard />
    </div>
  );
}

interface GraphProps {
  name: string;
  samples: readonly { atMs: number; value: number }[];
  limit: number;
  text(value: number): string;
  limitText: string;
  /** What reaches the limit is ended, not slowed. */
  isHard?: boolean;
}

function Graph({ name, samples, limit, text, limitText, isHard = false }: GraphProps) {
  const last = samples.at(-1);
  const first = samples[0];
  if (first === undefined || last === undefined || samples.length < 2) return null;
  const most = Math.max(...samples.map(({ value }) => value));
  const max = Math.max(limit, most);
  const isNear = isHard && last.value >= limit * nearLimit;
  const limitY = Math.max(0.5, height * (1 - limit / max));
  const label = `${name} in the last ${formatDuration(last.atMs - first.atMs)}: now ${text(last.value)}, at most ${text(most)}, limit ${limitText}`;
  return (
    <span className={classes('flex items-center gap-2 text-xs tabular-nums', isNear ? 'text-danger' : 'text-muted')}>
      <svg role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="overflow-visible">
        <title>{label}</title>
        <line x1={0} x2={width} y1={limitY} y2={limitY} className="stroke-line-strong" strokeDasharray="3 2" />
        <polyline points={linePoints(samples, max, width, height)} fill="none" strokeWidth={1.5} strokeLinejoin="round" className={isNear ? 'stroke-danger' : 'stroke-accent'} />
      </svg>
      <span aria-hidden>
        {name} {text(last.value)} of {limitText}
      </span>
    </span>
  );
}
