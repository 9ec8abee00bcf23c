import { Check, ChevronRight, Circle, LoaderCircle } from 'lucide-react';
import { Fragment } from 'react';
import type { Job } from '../../contract/index.ts';
import { classes } from '../lib/classes.ts';
import { formatDuration } from '../lib/units.ts';
import { timelineOf, type TimelineStep } from './timelineSteps.ts';
import { phaseText } from './words.ts';

const marks: Record<TimelineStep['state'], React.ReactNode> = {
  past: <Check size={12} aria-hidden className="text-success" />,
  current: <LoaderCircle size={12} aria-hidden className="animate-spin text-accent-text" />,
  ahead: <Circle size={10} aria-hidden className="text-line-strong" />,
};
const states: Record<TimelineStep['state'], string> = { past: 'done', current: 'now', ahead: 'to come' };

/** What a run has gone through, with how long each step took. */
export function Timeline({ job, nowMs }: { job: Job; nowMs: number }) {
  return (
    <ol aria-label="Timeline" className="flex flex-wrap items-center gap-x-1 gap-y-0.5 text-xs">
      {timelineOf(job, nowMs).map((step, index) => (
        <Fragment key={`${step.phase}-${step.occurrence}`}>
          {index > 0 && (
            <li aria-hidden className="text-line-strong">
              <ChevronRight size={12} />
            </li>
          )}
          <li aria-current={step.state === 'current' ? 'step' : undefined} className={classes('flex items-center gap-1', step.state === 'ahead' ? 'text-muted' : 'text-text')}>
            {marks[step.state]}
            {phaseText(step.phase)}
            {step.durationMs !== null && <span className="tabular-nums text-muted">{shortDuration(step)}</span>}
            <span className="sr-only">{states[step.state]}</span>
          </li>
        </Fragment>
      ))}
    </ol>
  );
}

/** What still goes on is told by the whole second. */
function shortDuration({ state, durationMs }: TimelineStep): string {
  if (durationMs === null) return '';
  if (state !== 'current') return formatDuration(durationMs);
  return durationMs < 1000 ? '' : formatDuration(Math.floor(durationMs / 1000) * 1000);
}
