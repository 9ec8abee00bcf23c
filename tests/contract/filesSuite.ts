import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileEvent } from '../../contract/files.ts';
import { nextEvent, type Fixture } from './served.ts';

export function filesSuite(fixture: () => Fixture, picked: string | undefined): void {
  describe('files', () => {
    it('opens a folder and remembers it', async () => {
      const { first, second, folder } = fixture();
      const path = folder();
      const opened = await first.files.openWorkspace({ path });
      expect(await second.files.workspace()).toEqual(opened);
      writeFileSync(join(path, 'a.txt'), '');
      await expect(first.files.openWorkspace({ path: join(path, 'missing') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.files.openWorkspace({ path: join(path, 'a.txt') })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(first.files.openWorkspace({ path: 'relative' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(await first.files.openWorkspace({ path: null })).toEqual({ path: null });
      expect(await second.files.workspace()).toEqual({ path: null });
    });

    it('lists folders first, then by name', async () => {
      const { first, folder } = fixture();
      const path = folder();
      for (const name of ['b10.py', 'b9.py', 'A.py']) writeFileSync(join(path, name), 'xy');
      mkdirSync(join(path, 'z'));
      const listing = await first.files.list({ path });
      expect(listing.entries.map(({ name, kind, size }) => [name, kind, size])).toEqual([['z', 'folder', 0], ['A.py', 'file', 2], ['b9.py', 'file', 2], ['b10.py', 'file', 2]]);
      expect(listing).toMatchObject({ path, truncated: false });
      expect((await first.files.list({})).parent).not.toBeUndefined();
      await expect(first.files.list({ path: join(path, 'missing') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.files.list({ path: 'a\0b' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('reads what it wrote, with the file’s own line ends', async () => {
      const { first, folder } = fixture();
      const path = join(folder(), 'ü.py');
      const written = await first.files.write({ path, text: 'a\nb\n', lineEnding: 'crlf', expected: null });
      expect(readFileSync(path, 'utf8')).toBe('a\r\nb\r\n');
      expect(await first.files.read({ path })).toEqual({ path, name: 'ü.py', text: 'a\nb\n', version: written.version, lineEnding: 'crlf' });
      await expect(first.files.write({ path, text: 'c', expected: null })).rejects.toMatchObject({ code: 'CONFLICT' });
      writeFileSync(path, 'from outside');
      await expect(first.files.write({ path, text: 'c', expected: written.version })).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(readFileSync(path, 'utf8')).toBe('from outside');
      await first.files.write({ path, text: 'c' });
      expect(readFileSync(path, 'utf8')).toBe('c');
    });

    it('refuses what cannot be edited, and says why', async () => {
      const { first, folder } = fixture();
      const path = folder();
      writeFileSync(join(path, 'latin.py'), Buffer.from('x = "\xe9"', 'latin1'));
      await expect(first.files.read({ path: join(path, 'latin.py') })).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('byte 5') });
      writeFileSync(join(path, 'large.py'), Buffer.alloc(50_000_000, 32));
      await expect(first.files.read({ path: join(path, 'large.py') })).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('50.0 MB') });
      await expect(first.files.read({ path: join(path, 'vanished.py') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.files.read({ path })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('creates, renames and deletes within the open folder, and nowhere else', async () => {
      const { first, folder } = fixture();
      const root = folder();
      const outside = folder();
      writeFileSync(join(outside, 'canary'), 'alive');
      symlinkSync(outside, join(root, 'link'));
      await expect(first.files.create({ path: join(root, 'a'), kind: 'file' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await first.files.openWorkspace({ path: root });
      expect(await first.files.create({ path: join(root, 'sub'), kind: 'folder' })).toMatchObject({ name: 'sub', kind: 'folder' });
      expect(await first.files.create({ path: join(root, 'sub', 'a.py'), kind: 'file' })).toMatchObject({ name: 'a.py', kind: 'file', size: 0 });
      await expect(first.files.create({ path: join(root, 'sub', 'a.py'), kind: 'file' })).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(first.files.create({ path: join(root, 'no', 'a.py'), kind: 'file' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await first.files.rename({ from: join(root, 'sub', 'a.py'), to: join(root, 'b.py') })).toMatchObject({ name: 'b.py', path: join(root, 'b.py') });
      await expect(first.files.rename({ from: join(root, 'b.py'), to: join(root, 'sub') })).rejects.toMatchObject({ code: 'CONFLICT' });
      for (const path of [join(outside, 'canary'), join(root, 'link', 'canary'), join(root, '..', 'x'), root]) {
        await expect(first.files.delete({ path })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      }
      await expect(first.files.rename({ from: join(root, 'b.py'), to: join(root, 'link', 'b.py') })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(first.files.create({ path: join(outside, 'new'), kind: 'file' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await first.files.delete({ path: join(root, 'link') });
      await first.files.delete({ path: join(root, 'sub') });
      await expect(first.files.delete({ path: join(root, 'sub') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(readFileSync(join(outside, 'canary'), 'utf8')).toBe('alive');
      expect(existsSync(join(root, 'b.py'))).toBe(true);
      await first.files.openWorkspace({ path: null });
    });

    it('tells of changes made by other programs', async () => {
      const { first, folder } = fixture();
      const path = folder();
      const file = join(path, 'a.py');
      writeFileSync(file, 'one');
      const stop = new AbortController();
      const events = await first.files.watch({ folders: [path], files: [file] }, { signal: stop.signal });
      const info = await first.files.read({ path: file });
      writeFileSync(file, 'two, longer');
      const { version } = await first.files.read({ path: file });
      // Emptied and written are two changes, which a slow writer may leave time to be told apart.
      const seen: FileEvent[] = [];
      while (!seen.some(({ type }) => type === 'folder') || !seen.some((event) => event.type === 'file' && event.version === version)) seen.push(await nextEvent(events));
      expect(seen).toContainEqual({ type: 'folder', path });
      expect(seen).toContainEqual({ type: 'file', path: file, version });
      expect(seen).not.toContainEqual({ type: 'file', path: file, version: info.version });
      stop.abort();
    });

    it('gathers the files of a folder for a run', async () => {
      const { first, folder } = fixture();
      const root = folder();
      for (const name of ['pkg', '.git', '__pycache__', 'venv']) mkdirSync(join(root, name));
      for (const name of ['helper.py', 'pkg/m.py', '.git/x', '__pycache__/y', 'venv/pyvenv.cfg', 'venv/z.py']) writeFileSync(join(root, name), name);
      writeFileSync(join(root, 'big.csv'), Buffer.alloc(5000));
      await expect(first.files.bundle({ path: root })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await first.files.openWorkspace({ path: root });
      const { files, leftOut } = await first.files.bundle({ path: root, maxBytes: 1000 });
      expect(files.map(({ path }) => path)).toEqual(['pkg/m.py', 'helper.py']);
      expect(Buffer.from(files[0]?.data ?? '', 'base64').toString()).toBe('pkg/m.py');
      expect(leftOut).toEqual([{ path: 'big.csv', size: 5000 }]);
      const again = await first.files.bundle({ path: root, maxBytes: 1000, known: { 'helper.py': files[1]?.version ?? '' } });
      expect(again.files.map(({ data }) => data === null)).toEqual([false, true]);
      await first.files.openWorkspace({ path: null });
    });

    if (picked === undefined) {
      it('has no file dialog, and says so', async () => {
        await expect(fixture().first.files.pick({ kind: 'openFile' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      });
    } else {
      it('asks by the system’s file dialog', async () => {
        expect(await fixture().first.files.pick({ kind: 'openFile', suggested: '/tmp' })).toEqual({ path: picked });
      });
    }
  });
}
