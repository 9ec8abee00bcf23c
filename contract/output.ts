import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { RunId } from './ids.ts';
import { ExportFormat, ExportPiece, FilterBatch, FilterCursor, OutputFilter, OutputSource, TextStream } from './outputFilter.ts';

export * from './outputFilter.ts';

/** Largest text of one record, in UTF-16 code units. A producer splits what is longer. */
export const maxTextLength = 256 * 1024;
/** Largest serialised MIME bundle of one record, in characters of JSON. What is larger is replaced by a note in text/plain. */
export const maxBundleLength = 16 * 1024 * 1024;
/** Most records in one append. */
export const maxBatchRecords = 256;

/**
 * A MIME bundle as in Jupyter's messaging protocol (jupyter-client.readthedocs.io, "display_data"): MIME type to data.
 * Binary types (image/png) are base64 text, JSON types any JSON value, all else text. text/plain is always there.
 */
export const MimeBundle = z.record(z.string().min(1).max(200), z.json());
export type MimeBundle = z.infer<typeof MimeBundle>;

/** One frame of a traceback, outermost first; only frames of the user's code. */
export const TracebackFrame = z.object({
  /** File name as Python saw it: the tab's title or path. */
  file: z.string().max(4096),
  /** First line is 1. */
  line: z.number().int().min(1),
  /** First column is 1; absent where Python does not know it. */
  column: z.number().int().min(1).optional(),
  endLine: z.number().int().min(1).optional(),
  endColumn: z.number().int().min(1).optional(),
  /** Function, or `<module>`. */
  name: z.string().max(1000),
});
export type TracebackFrame = z.infer<typeof TracebackFrame>;

/**
 * One step of a run's output. `text` may end in the middle of a line, never of a character.
 * `stdin` is what the person typed at a prompt (masked for getpass), as the console shows it.
 */
export const OutputBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), stream: TextStream, text: z.string().max(maxTextLength) }),
  z.object({
    kind: z.literal('display'),
    bundle: MimeBundle,
    /** With an id, a later record with the same id and `update: true` redraws this one in place. */
    displayId: z.string().max(200).optional(),
    update: z.boolean().optional(),
  }),
  /** The value of the last expression. */
  z.object({ kind: z.literal('result'), bundle: MimeBundle }),
  z.object({
    kind: z.literal('error'),
    /** Class of the exception, such as `ZeroDivisionError`. */
    name: z.string().max(1000),
    message: z.string().max(64 * 1024),
    /** The traceback as Python would print it, with the user's frames alone. */
    traceback: z.string().max(maxTextLength),
    frames: z.array(TracebackFrame).max(200),
  }),
  /** What the application itself has to say inside an output: lines cut, output lost, a note. */
  z.object({ kind: z.literal('note'), text: z.string().max(4096) }),
]);
export type OutputBody = z.infer<typeof OutputBody>;

/** A step with its place: `seq` counts from 1 without a gap within a run; `timeMs` is milliseconds since 1970. */
export const OutputRecord = z.object({
  seq: z.number().int().min(1),
  timeMs: z.number().int().min(0),
  body: OutputBody,
  source: OutputSource.optional(),
});
export type OutputRecord = z.infer<typeof OutputRecord>;

/** One stored stretch of output, as the index tells it. */
export const OutputChunk = z.object({
  firstSeq: z.number().int().min(1),
  lastSeq: z.number().int().min(1),
  /** Characters of text in it. */
  length: z.number().int().min(0),
  /** Line feeds in its text, and in all text before it. */
  lineFeeds: z.number().int().min(0),
  lineFeedsBefore: z.number().int().min(0),
  /** Earliest and latest time of its records, milliseconds since 1970. */
  firstMs: z.number().int().min(0),
  lastMs: z.number().int().min(0),
  /** The text ends with a line feed after it. */
  closed: z.boolean(),
  /** It holds text alone: no display, error or note. */
  isText: z.boolean(),
});
export type OutputChunk = z.infer<typeof OutputChunk>;

export const OutputMatch = z.object({
  /** The record in which the line starts. */
  seq: z.number().int().min(1),
  /** Line within the run's text, first is 0; counted by line feeds over all text and error records. */
  line: z.number().int().min(0),
  /** The line, at most 500 characters around the match. */
  text: z.string(),
  /** Start and length of the match within the whole line, in UTF-16 code units. */
  start: z.number().int().min(0),
  length: z.number().int().min(0),
});
export type OutputMatch = z.infer<typeof OutputMatch>;

/** Whole numbers, thousands of them: looked at in one loop, which takes a tenth of the time of a schema for each. */
const Column = z.custom<number[]>((value) => Array.isArray(value) && value.every(Number.isInteger), 'Not a list of whole numbers.');

/**
 * Stretches of an output in order, as columns of equal length; each begins after the one before it. `lastMs` counts from `startedMs`; `flags` are bits:
 * 1 `closed`, 2 `isText`, as in OutputChunk.
 */
export const OutputOutline = z.object({
  startedMs: z.number().int(),
  lastSeq: Column,
  length: Column,
  lineFeeds: Column,
  lastMs: Column,
  flags: Column,
});
export type OutputOutline = z.infer<typeof OutputOutline>;

/** A stretch that is missing in an output, and why. */
export const OutputGap = z.object({
  /** It follows this record. */
  afterSeq: z.number().int().min(0),
  /** Lines of the log that are missing, the runner's own among them; null if nobody knows. */
  lines: z.number().int().min(1).nullable(),
  /** The pod's clock before and after it, milliseconds since 1970; null if it is not known. */
  fromMs: z.number().int().nullable(),
  toMs: z.number().int().nullable(),
  /**
   * `rotated`: the cluster had rotated its log before it was read, and the runner's own copy had not got it either. `copyUnreadable`: the
   * cluster's log had not got it, and the runner's copy could not be read.
   */
  reason: z.enum(['rotated', 'copyUnreadable']),
});
export type OutputGap = z.infer<typeof OutputGap>;

/**
 * `complete`: every line is here. `gaps`: all but the stretches in `gaps`. `endUnknown`: what was said last may be missing, because the
 * pod or the window was gone before it was read. `open`: the run goes on.
 */
export const OutputCompleteness = z.object({ state: z.enum(['open', 'complete', 'gaps', 'endUnknown']), gaps: z.array(OutputGap) });
export type OutputCompleteness = z.infer<typeof OutputCompleteness>;

export const outputContract = {
  /**
   * Appends records to a run of this window. Acknowledged means on disk. Records at or below the last stored `seq` are ignored,
   * so a batch may be sent again after a lost answer; a gap is refused.
   *
   * @throws NOT_FOUND no such run · FORBIDDEN the run belongs to another window · CONFLICT a gap, or the run is finished
   * · STORAGE_READ_ONLY the disk is full (retryable: send the same batch again)
   * Cancelling does not undo an append that has begun.
   */
  append: procedure
    .input(z.object({ runId: RunId, records: z.array(OutputRecord).min(1).max(maxBatchRecords) }))
    .output(z.object({ lastSeq: z.number().int().min(0) })),

  /**
   * Reads what follows `after`. With `wait` and nothing there yet, it waits for the next record or the run's end, or `waitMs`.
   *
   * At least one record is given if one exists, then as many as fit into `maxLength` characters of text. With `tailLength`, and more than `maxLength`
   * to read, it is the newest that is given: a stored stretch of text, and as many as fit into `tailLength`. `outline` tells what is before that.
   * `finished` is true when the run has ended and nothing follows. Cancelling ends the wait.
   * @throws NOT_FOUND no such run · STORAGE_CORRUPT a stored chunk cannot be read (its sequence numbers are named)
   */
  read: procedure
    .input(
      z.object({
        runId: RunId,
        after: z.number().int().min(0),
        maxLength: z.number().int().min(1).max(8 * 1024 * 1024).default(1024 * 1024),
        tailLength: z.number().int().min(1).max(8 * 1024 * 1024).optional(),
        waitMs: z.number().int().min(0).max(60_000).default(0),
      }),
    )
    .output(z.object({ records: z.array(OutputRecord), lastSeq: z.number().int().min(0), finished: z.boolean() })),

  /** The stored stretches of a run in order, without their text: what a reader needs to page. @throws NOT_FOUND */
  index: procedure
    .input(z.object({ runId: RunId }))
    .output(z.object({ chunks: z.array(OutputChunk), lastSeq: z.number().int().min(0), finished: z.boolean() })),

  /**
   * The stored stretches of a run as columns: an entry a stretch, in order; with `after` and `before`, of the records between those two. What a window
   * needs to open a long output, in a tenth of the room of `index`. Neighbouring stretches of text are joined while they are short. @throws NOT_FOUND
   */
  outline: procedure
    .input(z.object({ runId: RunId, after: z.number().int().min(0).default(0), before: z.number().int().min(1).optional() }))
    .output(OutputOutline),

  /** Whether all of the output is stored, and which stretches are missing. @throws NOT_FOUND */
  completeness: procedure.input(z.object({ runId: RunId })).output(OutputCompleteness),

  /**
   * Searches the text of the whole output and yields matches by batches as they are found; the last batch has `done`.
   * Cancelling stops the scan.
   *
   * @throws NOT_FOUND no such run · INVALID_INPUT the regular expression does not compile (its message says where)
   */
  search: procedure
    .input(
      z.object({
        runId: RunId,
        query: z.string().min(1).max(1000),
        regex: z.boolean().default(false),
        matchCase: z.boolean().default(false),
        maxMatches: z.number().int().min(1).max(100_000).default(10_000),
      }),
    )
    .output(
      eventIterator(
        z.object({ matches: z.array(OutputMatch), scannedLines: z.number().int().min(0), done: z.boolean(), truncated: z.boolean() }),
      ),
    ),

  /**
   * Gives the lines of the whole output that meet a filter, with `context` lines around each, by batches as they are found; the last batch
   * has `done`. After `maxLines` it only counts. Cancelling stops the scan. With `after`, the cursor of an earlier filter's last batch, it looks only
   * at what has come since: `lines` are new ones, all counts are of the whole output.
   *
   * @throws NOT_FOUND no such run · INVALID_INPUT the regular expression does not compile or takes too long · CONFLICT the output ends before the
   * cursor: begin anew · STORAGE_CORRUPT at the end, when a stretch could not be read; there is no cursor then
   */
  filter: procedure
    .input(
      z.object({
        runId: RunId,
        filter: OutputFilter,
        context: z.number().int().min(0).max(100).default(0),
        maxLines: z.number().int().min(0).max(1_000_000).default(100_000),
        after: FilterCursor.optional(),
      }),
    )
    .output(eventIterator(FilterBatch)),

  /**
   * Writes the output out: all of it, or with `filter` the lines that meet it. `text` has lines, `ndjson` an object a line (line, time, stream,
   * container, attempt, text), `csv` the same as a table, in which no cell begins a formula. Control sequences are left out.
   * Cancelling stops it. @throws NOT_FOUND · INVALID_INPUT
   */
  export: procedure
    .input(z.object({ runId: RunId, format: ExportFormat, filter: OutputFilter.optional() }))
    .output(eventIterator(ExportPiece)),
};
