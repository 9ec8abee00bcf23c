import { z } from 'zod';
import { LogLevel } from './logLevel.ts';

export const TextStream = z.enum(['stdout', 'stderr', 'stdin']);
export type TextStream = z.infer<typeof TextStream>;

/** Where a record of a cluster run comes from; a record without it comes from the run's only place. */
export const OutputSource = z.object({
  container: z.string().min(1).max(253),
  /** Counts from 1. */
  attempt: z.number().int().min(1),
});
export type OutputSource = z.infer<typeof OutputSource>;

/** Which lines are wanted: those that meet every condition that is given. Time, stream and source of a line are those of its beginning. */
export const OutputFilter = z.object({
  /** Text or regular expression that occurs in the line; empty for any. */
  query: z.string().max(1000).default(''),
  regex: z.boolean().default(false),
  matchCase: z.boolean().default(false),
  streams: z.array(TextStream).max(3).optional(),
  levels: z.array(LogLevel).max(10).optional(),
  sources: z.array(OutputSource).max(100).optional(),
  /** From this time on, and before that one; milliseconds since 1970. */
  fromMs: z.number().int().min(0).optional(),
  toMs: z.number().int().min(0).optional(),
});
export type OutputFilter = z.infer<typeof OutputFilter>;

/** Characters of a line that a filter gives; what is longer is cut. */
export const maxFilteredLength = 4096;

export const FilteredLine = z.object({
  /** First is 0, as in a match. */
  line: z.number().int().min(0),
  /** The record in which it starts. */
  seq: z.number().int().min(1),
  timeMs: z.number().int().min(0),
  stream: TextStream,
  source: OutputSource.optional(),
  text: z.string(),
  /** False for a line that only stands near one that is wanted. */
  isMatch: z.boolean(),
});
export type FilteredLine = z.infer<typeof FilteredLine>;

/** Parts into which the map of an output divides its lines. */
export const mapParts = 256;

/** Parts of an output's lines in which a cursor counts; a multiple of `mapParts`, so that a map of a longer output can be made from them. */
export const tallyCells = 2048;

/** Where a filter stands in an output that grows. Made by the core and given back as it came, with the same filter. */
export const FilterCursor = z.object({
  /** The record where reading goes on. */
  seq: z.number().int().min(1),
  /** The first line that is not decided, the last one that was given (-1: none), and how many of those that follow are near a wanted one. */
  line: z.number().int().min(0),
  givenLine: z.number().int().min(-1),
  contextLeft: z.number().int().min(0).max(100),
  matched: z.number().int().min(0),
  given: z.number().int().min(0),
  sources: z.array(OutputSource),
  /** How many wanted lines are in each `cellLines` lines. */
  cellLines: z.number().int().min(1),
  cells: z.array(z.number().int().min(0)).max(tallyCells),
});
export type FilterCursor = z.infer<typeof FilterCursor>;

export const FilterBatch = z.object({
  lines: z.array(FilteredLine),
  /** Lines that meet the filter so far, those that are not given counted. */
  matched: z.number().int().min(0),
  scannedLines: z.number().int().min(0),
  /** How many of them are in each part of the output, by lines. */
  map: z.array(z.number().int().min(0)).length(mapParts),
  /** Where the lines that were looked at come from. */
  sources: z.array(OutputSource),
  /** More lines meet the filter than are given. */
  truncated: z.boolean(),
  done: z.boolean(),
  /**
   * How many of the last of `lines` may still change: a line that has no end yet, and what is given only because of it. A filter that goes on
   * from `cursor` gives them again.
   */
  unfinished: z.number().int().min(0),
  /** In the last batch: where a filter goes on when there is more output. */
  cursor: FilterCursor.nullable(),
});
export type FilterBatch = z.infer<typeof FilterBatch>;

export const ExportFormat = z.enum(['text', 'ndjson', 'csv']);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** A piece of an exported output, and how far it is: characters of output that have been read, of so many. */
export const ExportPiece = z.object({ text: z.string(), readLength: z.number().int().min(0), totalLength: z.number().int().min(0) });
export type ExportPiece = z.infer<typeof ExportPiece>;
