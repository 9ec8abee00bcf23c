import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { RunId } from './ids.ts';
import { Settings } from './settings.ts';
import { Run, RunFilter, RunSummary } from './runs.ts';

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
  /**
   * Packages that sources import, beside the standard library and the script's own files, and in how many runs, most first; at most 20. `versions` are
   * those that the runs had, as far as that was told.
   */
  packages: z.array(z.object({ name: z.string(), count: z.number().int().min(1), versions: z.array(z.string()) })),
});
export type Statistics = z.infer<typeof Statistics>;

export const RetentionPreview = z.object({
  /** Runs that would be deleted. */
  runs: z.number().int().min(0),
  /** Bytes of stored output that go with them. */
  outputBytes: z.number().int().min(0),
  /** Bytes of their artifacts. */
  artifactBytes: z.number().int().min(0),
  /** Versions of files that would be deleted. */
  versions: z.number().int().min(0),
  /** Stored bytes of files of runs, and of versions, that nothing else has. */
  fileBytes: z.number().int().min(0),
  /** When the first and the last of the runs started; null if there are none. */
  fromMs: z.number().int().nullable(),
  toMs: z.number().int().nullable(),
});
export type RetentionPreview = z.infer<typeof RetentionPreview>;

/** Lines of output that a comparison reads of each run at most. */
export const maxComparedLines = 1_000_000;

/** A stretch of lines that differs. Lines count from 1; texts are at most 2,000 characters a line. */
export const OutputDifference = z.object({
  leftLine: z.number().int().min(1),
  left: z.array(z.string()),
  /** Lines of the stretch beyond those in `left`. */
  leftMore: z.number().int().min(0),
  rightLine: z.number().int().min(1),
  right: z.array(z.string()),
  rightMore: z.number().int().min(0),
});
export type OutputDifference = z.infer<typeof OutputDifference>;

export const Comparison = z.object({
  left: Run,
  right: Run,
  /** Status, timings, parameters and environment, in words; what differs comes first. */
  facts: z.array(z.object({ group: z.enum(['result', 'parameters', 'environment']), name: z.string(), left: z.string(), right: z.string(), same: z.boolean() })),
  /** Files of the two that are not the same, by path; null where one has none, or nothing was kept. */
  files: z.array(z.object({ path: z.string(), left: z.string().nullable(), right: z.string().nullable() })),
  sameFiles: z.number().int().min(0),
  /** Whether the files of both were kept. */
  filesKnown: z.boolean(),
  output: z.object({
    leftLines: z.number().int().min(0),
    rightLines: z.number().int().min(0),
    /** All stretches that differ. */
    count: z.number().int().min(0),
    /** The first of them. */
    differences: z.array(OutputDifference),
    /** One of the outputs is longer than what is compared. */
    truncated: z.boolean(),
  }),
});
export type Comparison = z.infer<typeof Comparison>;

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

  /** What these limits (see Settings) would delete now; nothing is deleted. */
  retentionPreview: procedure.input(Settings.pick({ keepRunsDays: true, keepRunsCount: true, keepOutputMegabytes: true, keepVersionsPerFile: true })).output(RetentionPreview),

  /**
   * What differs between two runs of any engine: facts, files, output. Cancelling ends it.
   * @throws NOT_FOUND one of them
   */
  compare: procedure.input(z.object({ left: RunId, right: RunId })).output(Comparison),
};
