import { array, assert, asyncProperty, integer, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LongLineError, linesOf } from './lines.ts';

/** A text in pieces that all stand in the same place in memory, one after the other. */
async function* reused(text: string, size: number): AsyncGenerator<Uint8Array, void> {
  const place = Buffer.alloc(size);
  for (let at = 0; at < text.length; at += size) yield place.subarray(0, place.write(text.slice(at, at + size)));
}

async function all(pieces: AsyncIterable<Uint8Array>, most = 1000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(pieces, most)) lines.push(line.toString());
  return lines;
}

describe('lines of a stream', () => {
  it('are what stood between line feeds, wherever it was cut and though the place is used again', async () => {
    await assert(
      asyncProperty(array(stringMatching(/^[a-c]{0,6}$/)), integer({ min: 1, max: 9 }), async (lines, size) => {
        const text = lines.map((line) => `${line}\n`).join('');
        expect(await all(reused(text, size))).toEqual(lines);
        expect(await all(reused(`${text}z`, size))).toEqual([...lines, 'z']);
      }),
    );
  });

  it('are never longer than they may be', async () => {
    await expect(all(reused(`a\n${'b'.repeat(11)}`, 3), 10)).rejects.toBeInstanceOf(LongLineError);
  });
});
