import type { OutputCompleteness, OutputGap } from '../../contract/index.ts';

const reasons: Record<OutputGap['reason'], string> = {
  rotated: 'log rotated while disconnected',
  copyUnreadable: 'log rotated while disconnected, and the runner’s own copy could not be read',
};

function clock(ms: number | null): string {
  return ms === null ? '?' : new Date(ms).toLocaleTimeString(undefined, { hour12: false });
}

/** A missing stretch in words: `Gap 10:02:11–10:02:40, 15 lines: log rotated while disconnected`. Times are of this computer's zone. */
export function gapText({ fromMs, toMs, lines, reason }: OutputGap): string {
  const time = fromMs === null && toMs === null ? '' : ` ${clock(fromMs)}–${clock(toMs)}`;
  const count = lines === null ? '' : `, ${lines.toLocaleString()} ${lines === 1 ? 'line' : 'lines'}`;
  return `Gap${time}${count}: ${reasons[reason]}`;
}

/** Whether all of the output is here, in a few words; null where there is nothing to say. */
export function completenessText({ state, gaps }: OutputCompleteness): string | null {
  switch (state) {
    case 'open':
      return gaps.length === 0 ? null : 'Output has gaps';
    case 'complete':
      return 'Output complete';
    case 'gaps':
      return `Output complete but for ${gaps.length === 1 ? 'one stretch' : `${gaps.length.toLocaleString()} stretches`}`;
    case 'endUnknown':
      return 'What was said last may be missing: its source was gone before it was read';
  }
}
