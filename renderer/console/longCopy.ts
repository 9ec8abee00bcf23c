import { notify } from '../ui/index.ts';
import type { TextBlock } from './model/blocks.ts';
import type { Layout } from './model/layout.ts';
import { rawLine } from './model/logLines.ts';
import { copiedLineLength, plainTextOf, type Point } from './model/plainText.ts';
import { restoreBlock } from './reader.ts';
import type { ConsoleSession } from './sessions.ts';

/** Characters that a selection copies at most. */
const mostCopied = 32 * 1024 * 1024;

/** Reads the text of the lines that begin in a block, as far as they are copied. @returns whether all of them are copied whole */
async function bring(session: ConsoleSession, block: TextBlock): Promise<boolean> {
  for (;;) {
    const last = rawLine(session.log, block, block.lineCount - 1, copiedLineLength);
    if (!('missing' in last)) return Math.max(block.longestLine, last.length) <= copiedLineLength;
    await restoreBlock(session, last.missing);
  }
}

/** Copies a selection of which some text is away: reads it block by block, so that only a few are here at a time. */
export async function copyLong(session: ConsoleSession, layout: Layout, start: Point, end: Point): Promise<void> {
  const { blocks } = session.log;
  const parts: string[] = [];
  let length = 0;
  let isCut = false;
  for (let index = start.index; index <= Math.min(end.index, blocks.length - 1) && length <= mostCopied; index++) {
    const block = blocks[index];
    // What begins no line is copied with the line that goes on in it.
    if (block?.kind === 'text' && block.lineCount === 0) continue;
    if (block?.kind === 'text' && !(await bring(session, block))) isCut = true;
    const from = index === start.index ? start : { index, line: 0, offset: 0 };
    const to = index === end.index ? end : { index, line: Infinity, offset: Infinity };
    const text = plainTextOf(layout, from, to);
    parts.push(text);
    length += text.length + 1;
  }
  await navigator.clipboard.writeText(parts.join('\n').slice(0, mostCopied));
  if (isCut && length <= mostCopied) {
    notify({ severity: 'warning', message: `Copied, but lines of more than ${copiedLineLength.toLocaleString()} characters only up to there.`, detail: 'Save the output as a file to have all of it.' });
  }
  if (length > mostCopied) {
    notify({ severity: 'warning', message: `Copied the first ${mostCopied.toLocaleString()} characters.`, detail: 'Save the output as a file to have all of it.' });
  }
}
