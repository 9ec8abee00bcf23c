import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { RunFilter, RunSummary } from './runs.ts';

/** Days as a person means them: they move on with the calendar. */
export const SearchDates = z.enum(['all', 'today', 'yesterday', 'week', 'month']);
export type SearchDates = z.infer<typeof SearchDates>;

/** A filter of the history that has a name. */
export const SavedSearch = z.object({
  /** The caller's, 26 characters as a run's. */
  id: z.string().regex(/^[0-9a-hjkmnp-tv-z]{26}$/),
  name: z.string().trim().min(1).max(100),
  filter: RunFilter,
  dates: SearchDates.default('all'),
});
export type SavedSearch = z.infer<typeof SavedSearch>;

export const Statistics = z.object({
  runs: z.number().int().min(0),
  failed: z.number().int().min(0),
  /** Summed durations, in milliseconds. */
  totalMs: z.number().min(0),
  /** One for each day that was asked for, in the same order. */
  days: z.array(z.object({ startMs: z.number().int(), runs: z.number().int().min(0), failed: z.number().int().min(0) })),
  /** `ZeroDivisionError` and how often, most first; at most 20. */
  failures: z.array(z.object({ name: z.string(), count: z.number().int().min(1) })),
  /** At most 10. */
  slowest: z.array(RunSummary),
  /** Modules that sources import and in how many runs, most first; at most 20. */
  modules: z.array(z.object({ name: z.string(), count: z.number().int().min(1) })),
});
export type Statistics = z.infer<typeof Statistics>;

export const historyContract = {
  /** Every tag that a run has, with the number of its runs, in alphabetical order. */
  tags: procedure.output(z.object({ tags: z.array(z.object({ tag: z.string(), runs: z.number().int().min(1) })) })),

  /** Saved searches by name, now and after each change. Cancelling ends it. */
  watchSearches: procedure.output(eventIterator(z.object({ searches: z.array(SavedSearch) }))),

  /** Keeps a search, new or changed, under the caller's id. @throws CONFLICT another one has this name */
  saveSearch: procedure.input(SavedSearch).output(SavedSearch),

  /** @throws NOT_FOUND */
  deleteSearch: procedure.input(SavedSearch.pick({ id: true })).output(z.object({})),

  /**
   * Figures over the runs that started within a time. `dayStartsMs` are the moments at which days begin where the person is, ascending;
   * the last is the end of the last day.
   * @throws INVALID_INPUT they do not ascend
   */
  statistics: procedure.input(z.object({ dayStartsMs: z.array(z.number().int()).min(2).max(400) })).output(Statistics),
};
