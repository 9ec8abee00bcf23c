import { describe, expect, it } from 'vitest';
import type { OutputRecord, TextStream } from '../../../contract/index.ts';
import { statesAt } from './blockStates.ts';
import type { TextBlock } from './blocks.ts';
import { ConsoleLog } from './consoleLog.ts';

function records(texts: readonly (readonly [TextStream, string])[], first = 1): OutputRecord[] {
  return texts.map(([stream, text], i) => ({ seq: first + i, timeMs: 1, body: { kind: 'text', stream, text } }));
}

function onlyBlock(log: ConsoleLog): TextBlock {
  const [block] = log.blocks;
  if (block?.kind !== 'text') throw new Error('There is no text.');
  return block;
}

const colours = (block: TextBlock): (number | null)[] => (block.lineStarts ?? []).map((start) => statesAt(block, start).stdout.foreground);

describe('the colours with which lines of a block begin', () => {
  it('are the same whatever the order in which they are asked for', () => {
    const log = new ConsoleLog();
    log.accept(records(Array.from({ length: 400 }, (_, i) => ['stdout', `${'x'.repeat(60)}\u001b[${31 + (i % 7)}m\n`] as const)));
    const block = onlyBlock(log);
    const rising = colours(block);
    expect(rising.slice(0, 4)).toEqual([null, 1, 2, 3]);
    const starts = block.lineStarts ?? [];
    for (const at of [399, 1, 200, 199, 201, 0, 398]) expect(statesAt(block, starts[at] ?? 0).stdout.foreground, String(at)).toBe(rising[at]);
    log.accept(records([['stdout', 'more \u001b[0m\n'], ['stdout', 'plain\n']], 401));
    expect(colours(block)).toEqual([...rising, 1 + (399 % 7), null]);
  });

  it('know a sequence that two records of a stream share, and keep streams apart', () => {
    const log = new ConsoleLog();
    log.accept(records([['stdout', 'a\u001b[3'], ['stderr', '\u001b[32mb'], ['stdout', '1mc\nd\n'], ['stderr', 'e\nf\n']]));
    const block = onlyBlock(log);
    const last = statesAt(block, block.lineStarts?.at(-1) ?? 0);
    expect([last.stdout.foreground, last.stderr.foreground]).toEqual([1, 2]);
  });
});
