import { lastAtMost } from '../../lib/lists.ts';
import type { Segment, TextBlock } from './blocks.ts';
import { addPieces, statesAt } from './blockStates.ts';
import type { ConsoleLog } from './consoleLog.ts';
import type { Piece, StreamStates } from './lineText.ts';

/** Characters of one line that are drawn before "show more". */
export const lineCap = 10_000;

/** A line as the log has it. */
export interface RawLine {
  pieces: Piece[];
  states: StreamStates;
  /** Characters of the line; those beyond the cap that was asked for are not in the pieces. */
  length: number;
}

/** The text is away: `missing` is the block to restore. */
export interface MissingText {
  missing: TextBlock;
}

/**
 * The raw text of a line, at most `cap` characters of it.
 *
 * @param line index among the lines that begin in that block
 */
export function rawLine(log: ConsoleLog, block: TextBlock, line: number, cap: number): RawLine | MissingText {
  const { text, lineStarts } = block;
  if (text === null || lineStarts === null) return { missing: block };
  const from = lineStarts[line] ?? 0;
  const next = lineStarts[line + 1];
  const isLast = next === undefined;
  const end = isLast ? (block.closed ? block.length - 1 : block.length) : next - 1;
  const pieces: Piece[] = [];
  let length = end - from;
  addPieces(pieces, block, from, Math.min(end, from + cap));
  if (isLast && !block.closed) {
    const more = continueLine(log, block, pieces, cap, length);
    if (typeof more !== 'number') return more;
    length = more;
  }
  return { pieces, states: statesAt(block, from), length };
}

/** Adds what later blocks hold of a line that a block leaves open. @returns the whole line's length */
function continueLine(log: ConsoleLog, block: TextBlock, pieces: Piece[], cap: number, known: number): number | MissingText {
  let length = known;
  for (let index = log.indexOf(block) + 1; index < log.blocks.length; index++) {
    const next = log.blocks[index];
    if (next === undefined || next.kind !== 'text') break;
    const isWhole = next.lineFeeds === 0;
    if (next.text === null && (!isWhole || length < cap)) return { missing: next };
    const feed = isWhole || next.text === null ? -1 : next.text.indexOf('\n');
    const end = feed === -1 ? next.length : feed;
    if (length < cap && next.text !== null) addPieces(pieces, next, 0, Math.min(end, cap - length));
    length += end;
    if (!isWhole) break;
  }
  return length;
}

/**
 * The end of a line that carriage returns redraw: about its last `cap` characters, from a return on. What is seen is right unless
 * one redraw is longer than that. Null while the text is away.
 */
export function lineTail(log: ConsoleLog, block: TextBlock, line: number, cap: number): Piece[] | null {
  const whole = rawLine(log, block, line, Infinity);
  if ('missing' in whole) return null;
  const pieces: Piece[] = [];
  let length = 0;
  for (let i = whole.pieces.length - 1; i >= 0 && length < cap; i--) {
    const piece = whole.pieces[i];
    if (piece === undefined) break;
    const text = piece.text.slice(-Math.max(1, cap - length));
    pieces.unshift({ stream: piece.stream, text });
    length += text.length;
  }
  const [first] = pieces;
  if (first !== undefined) first.text = first.text.slice(first.text.indexOf('\r') + 1);
  return pieces;
}

/** Where the text at an offset of a block comes from; undefined while it is away. */
export function segmentAt({ segments }: TextBlock, offset: number): Segment | undefined {
  return segments[lastAtMost(segments, offset, ({ start }) => start)];
}
