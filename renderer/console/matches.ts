import type { OutputMatch } from '../../contract/index.ts';
import { restoreBlock, type ConsoleSession } from './sessions.ts';
import type { TextBlock } from './model/blocks.ts';
import type { RowPlace } from './model/layout.ts';

/**
 * The line of a match in the drawn output; reads its text again if it was put away. Null if it is not there (not read yet, cleared).
 */
export async function placeOfMatch(session: ConsoleSession, match: OutputMatch): Promise<RowPlace | null> {
  const { log } = session;
  if (log.lastSeq < match.seq) session.readMore(true);
  const found = log.findSeq(match.seq);
  const block = log.blocks[found];
  if (block === undefined) return null;
  if (block.kind === 'item') return { index: found, line: 0, row: 0 };
  if (block.text === null) await restoreBlock(session, block);
  // The core counts line feeds; the line with so many of them before it begins in this block or, right after a line feed, in the next.
  return placeOfLine(log.blocks, found, match.line) ?? null;
}

function placeOfLine(blocks: readonly { kind: string }[], from: number, line: number): RowPlace | null {
  for (let index = from; index < blocks.length; index++) {
    const block = blocks[index];
    if (block === undefined || !isText(block) || block.text === null) return null;
    const at = lineAfterFeeds(block, line - block.lineFeedsBefore);
    if (at !== null) return { index, line: at, row: 0 };
  }
  return null;
}

function isText(block: { kind: string }): block is TextBlock {
  return block.kind === 'text';
}

/** Which of the lines that begin in a block has so many line feeds of the block before it; null if none begins there. */
function lineAfterFeeds(block: TextBlock, feeds: number): number | null {
  const starts = block.lineStarts ?? [];
  // A block begins either with a line (no feed before it) or in the middle of one (its first line has one feed before it).
  const line = starts[0] === 0 ? feeds : feeds - 1;
  return line >= 0 && line < starts.length ? line : null;
}
