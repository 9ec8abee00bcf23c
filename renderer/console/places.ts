import { lastAtMost } from '../lib/lists.ts';
import type { Block, TextBlock } from './model/blocks.ts';
import type { RowPlace } from './model/layout.ts';
import { restoreBlock } from './reader.ts';
import type { ConsoleSession } from './sessions.ts';

/**
 * The place of a line, counted by line feeds from 0 as the core counts; its text is read if it is away. The last line for what is
 * beyond it; null while there is no output, or that part of it is not here.
 */
export async function placeOfLine(session: ConsoleSession, line: number): Promise<RowPlace | null> {
  await session.ready;
  const { blocks } = session.log;
  for (let index = firstBlock(blocks, (block) => block.lineFeedsBefore + block.lineFeeds >= line); index < blocks.length; index++) {
    const block = blocks[index];
    if (block === undefined) break;
    if (block.kind === 'item') {
      if (block.lineFeedsBefore <= line && block.lineFeeds > 0) return { index, line: 0, row: 0 };
      continue;
    }
    if (block.text === null) await restoreBlock(session, block);
    const at = lineAfterFeeds(block, line - block.lineFeedsBefore);
    if (at !== null) return { index, line: at, row: 0 };
  }
  return endPlace(blocks);
}

/** The first place that was printed at a time or later; the last line when nothing was. Null while there is no output. */
export async function placeOfTime(session: ConsoleSession, timeMs: number): Promise<RowPlace | null> {
  await session.ready;
  const { blocks } = session.log;
  // Clocks jump, so times do not rise always: the first stretch that reaches the time is the one that is meant.
  const index = blocks.findIndex((block) => block.lastMs >= timeMs);
  const block = blocks[index];
  if (block === undefined) return endPlace(blocks);
  if (block.kind === 'item') return { index, line: 0, row: 0 };
  if (block.text === null) await restoreBlock(session, block);
  return { index, line: lineAt(block, block.segments.find((segment) => segment.timeMs >= timeMs)?.start ?? 0), row: 0 };
}

/** The place of a record. Null if it is not here. */
export async function placeOfRecord(session: ConsoleSession, seq: number): Promise<RowPlace | null> {
  await session.ready;
  const index = session.log.findSeq(seq);
  const block = session.log.blocks[index];
  if (block === undefined) return null;
  if (block.kind === 'item') return { index, line: 0, row: 0 };
  if (block.text === null) await restoreBlock(session, block);
  return { index, line: lineAt(block, block.segments.find((segment) => segment.seq >= seq)?.start ?? 0), row: 0 };
}

function endPlace(blocks: readonly Block[]): RowPlace | null {
  const index = blocks.length - 1;
  const block = blocks[index];
  if (block === undefined) return null;
  return { index, line: block.kind === 'text' ? Math.max(0, block.lineCount - 1) : 0, row: 0 };
}

function firstBlock(blocks: readonly Block[], holds: (block: Block) => boolean): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block !== undefined && holds(block)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Which of the lines that begin in a block has so many line feeds of the block before it; null if none begins there. */
function lineAfterFeeds(block: TextBlock, feeds: number): number | null {
  const starts = block.lineStarts ?? [];
  // A block begins either with a line (no feed before it) or in the middle of one (its first line has one feed before it).
  const line = starts[0] === 0 ? feeds : feeds - 1;
  return line >= 0 && line < starts.length ? line : null;
}

/** The line that holds a character of a block. */
function lineAt(block: TextBlock, offset: number): number {
  const starts = block.lineStarts ?? [];
  return lastAtMost(starts, offset, (start) => start);
}
