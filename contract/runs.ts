import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { RunId, TabId } from './ids.ts';
import { maxPackages, RunPackage } from './inputs.ts';
import { TracebackFrame } from './output.ts';

/** Longest source of one run, in UTF-16 code units. */
export const maxSourceLength = 4 * 1024 * 1024;

export const Engine = z.enum(['local', 'cluster']);
export type Engine = z.infer<typeof Engine>;

/**
 * `queued` a cluster run that waits for its turn · `running` · `succeeded` exit code 0 · `failed` an exception or another exit code · `stopped` by the person ·
 * `interrupted` the window or the application went away while it ran.
 */
export const RunStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'stopped', 'interrupted']);
export type RunStatus = z.infer<typeof RunStatus>;

/** Whether a run has ended: nothing of it will change any more, save that an interrupted one may come back. */
export function isEnded(status: RunStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

/** What was run: the whole file, a part of it (a selection or a `# %%` cell), or the whole in a clean interpreter. */
export const RunMode = z.enum(['file', 'selection', 'cell', 'fresh']);
export type RunMode = z.infer<typeof RunMode>;

/** A word or two that a person puts on runs to find them again; case does not tell two tags apart. */
export const Tag = z.string().trim().min(1).max(50).refine((text) => !/[\p{Cc},]/u.test(text), 'A tag holds no comma and no line break.');
export type Tag = z.infer<typeof Tag>;

/** What the history's list shows of a run: no source, no output. */
export const RunSummary = z.object({
  id: RunId,
  engine: Engine,
  status: RunStatus,
  mode: RunMode,
  title: z.string(),
  /** The first line of the source that is neither empty nor a comment, at most 200 characters. */
  firstLine: z.string(),
  /** Milliseconds since 1970. */
  startedMs: z.number().int(),
  /** Milliseconds; null while it runs, or when the end was never seen. */
  durationMs: z.number().nullable(),
  exitCode: z.number().int().nullable(),
  /** `ZeroDivisionError: division by zero`; null if none. */
  error: z.string().nullable(),
  pinned: z.boolean(),
  /** In alphabetical order. */
  tags: z.array(z.string()),
  /** `3.14.2` */
  pythonVersion: z.string(),
  /** Characters of output kept. */
  outputLength: z.number().int().min(0),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const Run = RunSummary.extend({
  /** Exactly what was executed. */
  source: z.string(),
  /** Path of the file that it came from; null for a scratch tab. */
  path: z.string().nullable(),
  tabId: TabId.nullable(),
  /** First line of the source within its file, first is 1. */
  lineOffset: z.number().int().min(1),
  argv: z.array(z.string()),
  /** Highest size of the interpreter's memory, in bytes; null if unknown. */
  peakMemoryBytes: z.number().int().nullable(),
  frames: z.array(TracebackFrame),
  /** What the person wrote about it; empty if nothing. */
  note: z.string(),
});
export type Run = z.infer<typeof Run>;

export const RunFilter = z.object({
  /** Full text over source, title, error, tags and note: every word must occur; a part of a word is enough from 3 characters on. */
  search: z.string().max(1000).optional(),
  statuses: z.array(RunStatus).optional(),
  engines: z.array(Engine).optional(),
  /** Started at or after, milliseconds since 1970. */
  fromMs: z.number().int().optional(),
  /** Started before, milliseconds since 1970. */
  toMs: z.number().int().optional(),
  pinnedOnly: z.boolean().optional(),
  /** Runs that have all of these tags. */
  tags: z.array(Tag).max(20).optional(),
});
export type RunFilter = z.infer<typeof RunFilter>;

export const RunEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed'), run: RunSummary }),
  z.object({ type: z.literal('deleted'), ids: z.array(RunId) }),
  /** Another process changed the database, or too much happened at once: read again. */
  z.object({ type: z.literal('reset') }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

export const runsContract = {
  /**
   * Records that a run begins; it is on disk, owned by the calling window, when this answers. Execute only then.
   * The id is the caller's, so that a call may be repeated.
   *
   * @throws CONFLICT the id is taken by another run · STORAGE_READ_ONLY the disk is full
   */
  start: procedure
    .input(
      z.object({
        id: RunId,
        engine: Engine,
        mode: RunMode,
        title: z.string().min(1).max(500),
        source: z.string().max(maxSourceLength),
        path: z.string().max(4096).nullable().default(null),
        tabId: TabId.nullable().default(null),
        lineOffset: z.number().int().min(1).default(1),
        argv: z.array(z.string().max(10_000)).max(1000).default([]),
        pythonVersion: z.string().max(50),
      }),
    )
    .output(RunSummary),

  /**
   * Records how a run ended. All its output must have been appended before.
   * @throws NOT_FOUND · FORBIDDEN the run belongs to another window · CONFLICT it has another end already
   */
  finish: procedure
    .input(
      z.object({
        id: RunId,
        status: z.enum(['succeeded', 'failed', 'stopped', 'interrupted']),
        exitCode: z.number().int().nullable(),
        durationMs: z.number().min(0),
        peakMemoryBytes: z.number().int().min(0).nullable(),
        error: z.string().max(2000).nullable(),
        frames: z.array(TracebackFrame).max(200).default([]),
        /** What its interpreter could import beside the standard library; null when that is not known. */
        packages: z.array(RunPackage).max(maxPackages).nullable().default(null),
      }),
    )
    .output(RunSummary),

  /** One run with its source. @throws NOT_FOUND */
  get: procedure.input(z.object({ id: RunId })).output(Run),

  /**
   * A page of the history, newest first. `cursor` is the last answer's `next` (keyset: a new run does not shift the pages).
   */
  list: procedure
    .input(
      z.object({
        filter: RunFilter.default({}),
        cursor: RunId.nullable().default(null),
        limit: z.number().int().min(1).max(500).default(100),
      }),
    )
    .output(z.object({ runs: z.array(RunSummary), next: RunId.nullable() })),

  /** How many runs match, for the list's scroll bar; at most `limit` are counted. */
  count: procedure
    .input(z.object({ filter: RunFilter.default({}), limit: z.number().int().min(1).default(1_000_000) }))
    .output(z.object({ count: z.number().int().min(0) })),

  /** Renames, pins, tags (the tags given replace all) or annotates. @throws NOT_FOUND */
  update: procedure
    .input(
      z.object({
        id: RunId,
        title: z.string().trim().min(1).max(500).optional(),
        pinned: z.boolean().optional(),
        tags: z.array(Tag).max(50).optional(),
        note: z.string().max(20_000).optional(),
      }),
    )
    .output(RunSummary),

  /** Deletes runs with their output. A run that still runs is refused. @throws CONFLICT */
  delete: procedure.input(z.object({ ids: z.array(RunId).min(1).max(1000) })).output(z.object({ deleted: z.number().int().min(0) })),

  /** Changes from now on. A slow reader gets `reset` instead of a growing queue. Cancelling ends it. */
  watch: procedure.output(eventIterator(RunEvent)),
};
