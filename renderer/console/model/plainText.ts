import { bodyText } from '../../../contract/index.ts';
import type { Layout } from './layout.ts';
import { lineCap } from './logLines.ts';

/** Most characters that a selection copies of one line. */
export const copiedLineLength = 64 * lineCap;

/** A point in the output: a line that begins in a block, and a character of it. */
export interface Point {
  index: number;
  line: number;
  /** Character of the line as it is drawn. */
  offset: number;
}

/** The text between two points as it is drawn; lines whose text is away come as one mark. */
export function plainTextOf(layout: Layout, start: Point, end: Point): string {
  const { log } = layout;
  const lines: string[] = [];
  for (let index = start.index; index <= end.index; index++) {
    const block = log.blocks[index];
    if (block === undefined) break;
    if (block.kind === 'item') {
      lines.push(bodyText(block.body).replace(/\n$/, ''));
      continue;
    }
    const first = index === start.index ? start.line : 0;
    const last = index === end.index ? Math.min(end.line, block.lineCount - 1) : block.lineCount - 1;
    for (let line = first; line <= last; line++) {
      const text = layout.shownText(block, line, copiedLineLength) ?? '\u2026';
      const from = index === start.index && line === start.line ? start.offset : 0;
      const to = index === end.index && line === end.line ? end.offset : text.length;
      lines.push(text.slice(from, to));
    }
  }
  return lines.join('\n');
}

/** Whether some of the text between two points is away, or a line so long that not all of it is copied. */
export function needsReading({ log }: Layout, start: Point, end: Point): boolean {
  let lineLength = 0;
  for (const block of log.blocks.slice(start.index, end.index + 2)) {
    if (block.kind === 'item') continue;
    lineLength = block.lineFeeds === 0 ? lineLength + block.length : block.longestLine;
    if (block.text === null || lineLength > copiedLineLength) return true;
  }
  return false;
}
