import { assert, constantFrom, property, string } from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSafePath } from './safePath.ts';
import { createUnpacker, type ExpectedFile } from './unpack.ts';

/** A header of ustar. */
function header(path: string, bytes: number, type = '0'): Buffer {
  const head = Buffer.alloc(512);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  head.write(path, 0, 100);
  head.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(bytes, 12) + octal(0, 12), 100);
  head.write(`        ${type}`, 148);
  if (type === '2') head.write('/etc/passwd', 157);
  head.write('ustar\x0000', 257);
  let sum = 0;
  for (const byte of head) sum += byte;
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}
const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
const end = Buffer.alloc(1024);

describe('unpacking a tar from a container', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pyexekube-unpack-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function unpack(announced: Omit<ExpectedFile, 'name'>[], tar: Buffer, step = tar.length): Promise<number> {
    let written = 0;
    const expected = announced.map((file) => ({ ...file, name: file.path }));
    const unpacker = createUnpacker(join(folder, 'in'), expected, (bytes) => {
      written += bytes;
    });
    try {
      for (let at = 0; at < tar.length; at += step) await unpacker.write(tar.subarray(at, at + step));
      await unpacker.end();
    } finally {
      await unpacker.stop();
    }
    return written;
  }

  it.each([1, 7, 511, 512, 513, 100_000])('writes files as they were announced, in pieces of %i bytes', async (step) => {
    const [one, two] = [Buffer.from('one'), Buffer.alloc(2000, 'z')];
    const tar = Buffer.concat([header('output/a/one.txt', 3), padded(one), header('files/two.bin', 2000), padded(two), header('output/empty', 0), end]);
    const expected = [{ path: 'output/a/one.txt', bytes: 3 }, { path: 'files/two.bin', bytes: 2000 }, { path: 'output/empty', bytes: 0 }];
    expect(await unpack(expected, tar, step)).toBe(2003);
    expect(readFileSync(join(folder, 'in/files/two.bin')).equals(two)).toBe(true);
    expect(readFileSync(join(folder, 'in/output/empty')).length).toBe(0);
  });

  it('takes long names from an extended header', async () => {
    const path = `output/${'ä'.repeat(100)}.txt`;
    const rest = ` path=${path}\n`;
    const length = Buffer.byteLength(rest) + 3;
    const record = Buffer.from(`${length}${rest}`);
    const tar = Buffer.concat([header('pax', record.length, 'x'), padded(record), header('short', 2), padded(Buffer.from('hi')), end]);
    await unpack([{ path, bytes: 2 }], tar);
    expect(readFileSync(join(folder, 'in', path), 'utf8')).toBe('hi');
  });

  it.each([
    ['a path that leads out', '../out.txt', '0'],
    ['an absolute path', '/tmp/pyexekube-out.txt', '0'],
    ['a symbolic link', 'output/link', '2'],
    ['a hard link', 'output/link', '1'],
    ['a device', 'output/null', '3'],
    ['a pipe', 'output/pipe', '6'],
    ['a folder', 'output/folder', '5'],
    ['a file that was not announced', 'output/other', '0'],
  ])('takes nothing of %s, even if it was announced so', async (_, path, type) => {
    const tar = Buffer.concat([header(path, 0, type), end]);
    await expect(unpack([{ path: path === 'output/other' ? 'output/announced' : path, bytes: 0 }], tar)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(readdirSync(folder, { recursive: true })).toEqual([]);
  });

  it.each([
    ['a bomb: more bytes than announced', Buffer.concat([header('a', 10_000_000), Buffer.alloc(1_000_000)])],
    ['an extended header without end', Buffer.concat([header('pax', 0o77777777777, 'x'), Buffer.alloc(1_000_000)])],
    ['a header with a wrong checksum', Buffer.concat([Buffer.alloc(512, 1), end])],
    ['an end in the middle', Buffer.concat([header('a', 3), Buffer.from('on')])],
    ['the same file twice', Buffer.concat([header('a', 3), padded(Buffer.from('one')), header('a', 3), padded(Buffer.from('two')), end])],
    ['less than announced', end],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s', async (_, tar) => {
    await expect(unpack([{ path: 'a', bytes: 3 }], tar)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('leads no safe path out of its folder', () => {
    assert(
      property(string({ unit: constantFrom('.', '/', '\\', 'a', ':', ' ', '\0', 'nul'), maxLength: 12 }), (path) => {
        if (!isSafePath(path)) return true;
        const inside = relative('/base', resolve('/base', path));
        return inside !== '' && inside.split(sep)[0] !== '..' && !/[\\:\0]/.test(path);
      }),
    );
    for (const path of ['..', 'a/../b', '/a', 'a//b', 'a\\b', 'C:x', 'nul', 'AUX.txt', 'a/con', 'x.', 'x ', 'a\nb', '']) expect(isSafePath(path)).toBe(false);
    for (const path of ['a', 'output/a b.txt', 'ä/…/x', '.hidden', 'con-x']) expect(isSafePath(path)).toBe(true);
  });
});
