import type { RunSummary } from '../../contract/index.ts';

/** One row of the list: a day's heading, a run, or a run that is not read yet. */
export type HistoryRow = { kind: 'day'; label: string; key: string } | { kind: 'run'; run: RunSummary; key: string } | { kind: 'unread'; key: string };

const dayMs = 24 * 60 * 60 * 1000;

function dayStart(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** `Today`, `Yesterday`, `Tuesday 18 November`, with the year when it is another. */
export function dayLabel(ms: number, nowMs: number, locale?: string): string {
  const days = Math.round((dayStart(nowMs) - dayStart(ms)) / dayMs);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return new Date(ms).toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long', ...(isThisYear ? {} : { year: 'numeric' }) });
}

/** The runs under the headings of their days, and a placeholder for each that is not read. */
export function rowsOf(runs: readonly RunSummary[], count: number, nowMs: number): HistoryRow[] {
  const rows: HistoryRow[] = [];
  let day = Number.NaN;
  for (const run of runs) {
    const start = dayStart(run.startedMs);
    if (start !== day) {
      day = start;
      rows.push({ kind: 'day', label: dayLabel(run.startedMs, nowMs), key: `day ${start} ${run.id}` });
    }
    rows.push({ kind: 'run', run, key: run.id });
  }
  for (let index = runs.length; index < count; index++) rows.push({ kind: 'unread', key: `unread ${index}` });
  return rows;
}
