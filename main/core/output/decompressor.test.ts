import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { decompressor, type Compressed } from './decompressor.ts';

const texts = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(i * 3000));
const compressed: Compressed[] = texts.map((text) => ({ data: zstdCompressSync(text), size: text.length + 1024 }));
const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());

/** Until its thread has started, everything is left to the caller. */
async function whenReady(chunks: readonly Compressed[]): Promise<(string | null)[]> {
  return vi.waitFor(async () => {
    const found = (await decompressor.decompress(chunks)).map(textOf);
    expect(found.some((text) => text !== null)).toBe(true);
    return found;
  });
}

describe('decompressing in another thread', () => {
  it('gives what was compressed, of any size, and leaves the input as it is', async () => {
    const before = compressed.map(({ data }) => Buffer.from(data));
    expect(await whenReady(compressed)).toEqual(texts);
    expect((await decompressor.decompress(compressed)).map(textOf)).toEqual(texts);
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
    expect(await decompressor.decompress(compressed.slice(0, 3))).toEqual([null, null, null]);
  });
});
