import type { OutputBody, OutputSource, TextStream } from '../../../contract/index.ts';
import type { StreamStates } from './lineText.ts';

/** Where a record begins inside a block's text. */
export interface Segment {
  seq: number;
  stream: TextStream;
  start: number;
  /** Milliseconds since 1970. */
  timeMs: number;
  source?: OutputSource | undefined;
}

/** Consecutive text records, joined. Its text may be put away and read again by its sequence numbers. */
export interface TextBlock {
  kind: 'text';
  firstSeq: number;
  lastSeq: number;
  /** UTF-16 code units, also while the text is away. */
  length: number;
  text: string | null;
  segments: Segment[];
  /** Offsets at which a line begins; null while the text is away. */
  lineStarts: number[] | null;
  lineCount: number;
  /** Line feeds of all text and error records before this block: what the core counts lines by. */
  lineFeedsBefore: number;
  lineFeeds: number;
  /** The text ends with a line feed. */
  closed: boolean;
  /** Every character is itself and one column wide. */
  plain: boolean;
  states: StreamStates;
  /** Longest line by characters, to see at once whether any line is broken. */
  longestLine: number;
  /** Drawn rows at `rowsColumns` columns, and the first row of each line; null where each line is one row. */
  rows: number;
  rowsColumns: number;
  /** Text was added since the rows were counted. */
  rowsStale: boolean;
  lineRows: number[] | null;
  /** Latest time of its records, milliseconds since 1970. */
  lastMs: number;
  /** Only its outline is known: its text was never here. */
  isOutline: boolean;
}

export type ItemBody = Exclude<OutputBody, { kind: 'text' }>;

/** A record that is drawn as a block of its own: a display, a value, a traceback, a note. */
export interface ItemBlock {
  kind: 'item';
  firstSeq: number;
  lastSeq: number;
  body: ItemBody;
  /** Times that it was redrawn by an update. */
  version: number;
  lineFeedsBefore: number;
  lineFeeds: number;
  lastMs: number;
  /** CSS pixels; measured once it was drawn. */
  height: number;
}

export type Block = TextBlock | ItemBlock;

export function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Line feeds up to the end of some blocks. */
export function lineFeedsOf(blocks: readonly Block[]): number {
  const last = blocks.at(-1);
  return last === undefined ? 0 : last.lineFeedsBefore + last.lineFeeds;
}

/** CSS pixels that an item is likely to take, until it is measured. */
export function estimateHeight(body: ItemBody): number {
  if (body.kind === 'note') return 28;
  if (body.kind === 'error') return 20 * (countLineFeeds(body.traceback) + 2);
  return 'image/png' in body.bundle || 'text/html' in body.bundle || 'image/svg+xml' in body.bundle ? 240 : 24;
}

/** Index of the block that holds a record; -1 if none does. */
export function indexOfSeq(blocks: readonly Block[], seq: number): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block === undefined || block.firstSeq > seq) high = middle - 1;
    else if (block.lastSeq < seq) low = middle + 1;
    else return middle;
  }
  return -1;
}
