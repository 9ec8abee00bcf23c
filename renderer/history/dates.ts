import type { RunFilter, SearchDates } from '../../contract/index.ts';

export const dates = [
  { value: 'all', label: 'Any time', short: 'Date' },
  { value: 'today', label: 'Today' },
  { value: 'yesterday', label: 'Yesterday' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
] as const satisfies readonly { value: SearchDates; label: string; short?: string }[];

/** Start and end of a choice of dates, in milliseconds since 1970; days begin at midnight here. */
export function dateRange(choice: SearchDates, now: Date): Pick<RunFilter, 'fromMs' | 'toMs'> {
  const midnight = (daysAgo: number): number => new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo).getTime();
  switch (choice) {
    case 'all':
      return {};
    case 'today':
      return { fromMs: midnight(0) };
    case 'yesterday':
      return { fromMs: midnight(1), toMs: midnight(0) };
    case 'week':
      return { fromMs: midnight(6) };
    case 'month':
      return { fromMs: midnight(29) };
  }
}
