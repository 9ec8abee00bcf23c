import type { OutputChunk, OutputOutline } from '../../../contract/index.ts';
import type { TextBlock } from './blocks.ts';
import { plainText } from './lineText.ts';

/** What is known of a stored stretch of output before it is read. */
export type Stretch = Pick<OutputChunk, 'firstSeq' | 'lastSeq' | 'length' | 'lineFeeds' | 'lastMs' | 'closed' | 'isText'>;

/** The stretches of an outline, one by one. @param after the record that the first of them follows */
export function stretchesOf({ startedMs, lastSeq, length, lineFeeds, lastMs, flags }: OutputOutline, after: number): Stretch[] {
  return lastSeq.map((last, i) => ({
    firstSeq: (lastSeq[i - 1] ?? after) + 1,
    lastSeq: last,
    length: length[i] ?? 0,
    lineFeeds: lineFeeds[i] ?? 0,
    lastMs: startedMs + (lastMs[i] ?? 0),
    closed: ((flags[i] ?? 0) & 1) !== 0,
    isText: ((flags[i] ?? 0) & 2) !== 0,
  }));
}

/** Adds a stored stretch of text to a block of which only the outline is known. */
export function growOutline(block: TextBlock, chunk: Stretch, wasClosed: boolean): void {
  // A line begins after each line feed that is not its last character, and at its start unless a line goes on.
  block.lineCount += chunk.length === 0 ? 0 : chunk.lineFeeds - (chunk.closed ? 1 : 0) + (wasClosed ? 1 : 0);
  block.length += chunk.length;
  block.lineFeeds += chunk.lineFeeds;
  block.lastSeq = chunk.lastSeq;
  block.lastMs = Math.max(block.lastMs, chunk.lastMs);
  block.closed = chunk.closed;
  block.rowsStale = true;
  block.rowsColumns = -1;
}

/** Works out what an outline could not tell about a block's text. */
export function fillOutline(block: TextBlock, text: string): void {
  let from = 0;
  for (let feed = text.indexOf('\n'); feed !== -1; feed = text.indexOf('\n', from)) {
    if (feed - from > block.longestLine) block.longestLine = feed - from;
    from = feed + 1;
  }
  block.longestLine = Math.max(block.longestLine, text.length - from);
  block.plain = plainText.test(text);
  block.isOutline = false;
  block.rowsStale = true;
}
