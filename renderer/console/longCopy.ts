import { notify } from '../ui/index.ts';
import type { Layout } from './model/layout.ts';
import { plainTextOf, type Point } from './model/plainText.ts';
import { restoreBlock } from './reader.ts';
import type { ConsoleSession } from './sessions.ts';

/** Characters that a selection copies at most. */
const mostCopied = 32 * 1024 * 1024;

/** Copies a selection of which some text is away: reads it block by block, so that only a few are here at a time. */
export async function copyLong(session: ConsoleSession, layout: Layout, start: Point, end: Point): Promise<void> {
  const { blocks } = session.log;
  const parts: string[] = [];
  let length = 0;
  for (let index = start.index; index <= Math.min(end.index, blocks.length - 1) && length <= mostCopied; index++) {
    // A line may go on in the next block.
    for (const near of [blocks[index], blocks[index + 1]]) if (near?.kind === 'text' && near.text === null) await restoreBlock(session, near);
    const block = blocks[index];
    if (block?.kind === 'text' && block.lineCount === 0) continue;
    const from = index === start.index ? start : { index, line: 0, offset: 0 };
    const to = index === end.index ? end : { index, line: Infinity, offset: Infinity };
    const text = plainTextOf(layout, from, to);
    parts.push(text);
    length += text.length + 1;
  }
  await navigator.clipboard.writeText(parts.join('\n').slice(0, mostCopied));
  if (length > mostCopied) {
    notify({ severity: 'warning', message: `Copied the first ${mostCopied.toLocaleString()} characters.`, detail: 'Save the output as a file to have all of it.' });
  }
}
