import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ThreadRequest } from './outputProgram.ts';
import { outputThread } from './outputThread.ts';

const texts = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(i * 3000));
type Compressed = ThreadRequest['chunks'][number];
const compressed: Compressed[] = texts.map((text) => ({ data: zstdCompressSync(text), size: text.length + 1024 }));
const textOf = (result: Awaited<ReturnType<typeof outputThread.ask>>['results'][number]): string | null => (result instanceof Uint8Array ? Buffer.from(result).toString() : null);

/** Until its thread has started, everything is left to the caller. */
async function whenReady(chunks: readonly Compressed[]): Promise<(string | null)[]> {
  await outputThread.start();
  return (await outputThread.ask(chunks)).results.map(textOf);
}

describe('decompressing in another thread', () => {
  it('gives what was compressed, of any size, and leaves the input as it is', async () => {
    const before = compressed.map(({ data }) => Buffer.from(data));
    expect(await whenReady(compressed)).toEqual(texts);
    expect((await outputThread.ask(compressed)).results.map(textOf)).toEqual(texts);
    expect(compressed.every(({ data }, i) => before[i]?.equals(data))).toBe(true);
  });

  it('takes parts of a larger buffer', async () => {
    const all = Buffer.concat(compressed.map(({ data }) => data));
    let at = 0;
    const parts = compressed.map(({ data, size }) => ({ size, data: all.subarray(at, (at += data.byteLength)) }));
    expect(await whenReady(parts)).toEqual(texts);
  });

  it('gives nothing for what is damaged, and the rest all the same', async () => {
    const chunks = compressed.map((one, i) => (i === 3 ? { ...one, data: Buffer.from('this is no frame') } : one));
    expect(await whenReady(chunks)).toEqual(texts.map((text, i) => (i === 3 ? null : text)));
  });

  it('leaves a few to the caller', async () => {
    await whenReady(compressed);
    expect((await outputThread.ask(compressed.slice(0, 3))).results).toEqual([null, null, null]);
  });
});
