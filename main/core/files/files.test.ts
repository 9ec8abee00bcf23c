import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileEvent } from '../../../contract/files.ts';
import { maxEditableBytes } from '../../../contract/files.ts';
import type { Events } from '../feed.ts';
import { bundleFolder } from './bundle.ts';
import { createEntry, deleteEntry, listFolder, maxEntries, readText, renameEntry } from './entries.ts';
import { watchFiles } from './watch.ts';
import { writeText } from './write.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pyexekube-files-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const at = (...names: string[]): string => join(folder, ...names);
const lf = 'lf' as const;

describe.skipIf(process.platform === 'win32')('writing', () => {
  it('keeps the mode, and writes behind a symbolic link', async () => {
    writeFileSync(at('real.sh'), 'old');
    chmodSync(at('real.sh'), 0o751);
    symlinkSync('real.sh', at('link.sh'));
    await writeText({ path: at('link.sh'), text: 'new', lineEnding: lf });
    expect(readlinkSync(at('link.sh'))).toBe('real.sh');
    expect(readFileSync(at('real.sh'), 'utf8')).toBe('new');
    expect(statSync(at('real.sh')).mode & 0o7777).toBe(0o751);
  });

  it('makes the file that a link points to', async () => {
    mkdirSync(at('sub'));
    symlinkSync(join('sub', 'a.py'), at('one'));
    symlinkSync('one', at('two'));
    await writeText({ path: at('two'), text: 'x', lineEnding: lf, expected: null });
    expect(readFileSync(at('sub', 'a.py'), 'utf8')).toBe('x');
  });

  it('refuses folders, pipes, circles of links, and texts that could not be opened again', async () => {
    await expect(writeText({ path: folder, text: '', lineEnding: lf })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(spawnSync('mkfifo', [at('pipe')]).status).toBe(0);
    await expect(writeText({ path: at('pipe'), text: '', lineEnding: lf })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(readText(at('pipe'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    symlinkSync('b', at('a'));
    symlinkSync('a', at('b'));
    await expect(writeText({ path: at('a'), text: '', lineEnding: lf })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(writeText({ path: at('c'), text: '€'.repeat(maxEditableBytes / 2), lineEnding: lf })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(writeText({ path: at('no', 'c'), text: '', lineEnding: lf })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(existsSync(at('c'))).toBe(false);
  });

  it('tells a deleted file from a changed one, and leaves no temporary file', async () => {
    const { version } = await writeText({ path: at('a'), text: '1', lineEnding: lf, expected: null });
    rmSync(at('a'));
    await expect(writeText({ path: at('a'), text: '2', lineEnding: lf, expected: version })).rejects.toThrow(/deleted/);
    expect((await listFolder(folder)).entries).toEqual([]);
  });

  it('leaves other names of the file alone', async () => {
    writeFileSync(at('a'), 'old');
    linkSync(at('a'), at('b'));
    await writeText({ path: at('a'), text: 'new', lineEnding: lf });
    expect(readFileSync(at('b'), 'utf8')).toBe('old');
  });

  it.skipIf(process.getuid?.() === 0)('does not replace a file that may not be written', async () => {
    writeFileSync(at('a'), 'old');
    chmodSync(at('a'), 0o444);
    await expect(writeText({ path: at('a'), text: 'new', lineEnding: lf })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe.skipIf(process.platform === 'win32')('entries', () => {
  it('list at most so many, without pipes, with links as what they lead to', async () => {
    for (let i = 0; i < maxEntries + 5; i++) writeFileSync(at(`f${i}`), '');
    const full = await listFolder(folder);
    expect(full).toMatchObject({ truncated: true });
    expect(full.entries).toHaveLength(maxEntries);
    mkdirSync(at('sub'));
    mkdirSync(at('sub', 'real'));
    symlinkSync('real', at('sub', 'toFolder'));
    symlinkSync('nowhere', at('sub', 'broken'));
    spawnSync('mkfifo', [at('sub', 'pipe')]);
    expect((await listFolder(at('sub'))).entries.map(({ name, kind }) => [name, kind])).toEqual([['real', 'folder'], ['toFolder', 'folder'], ['broken', 'file']]);
    expect((await listFolder('/')).parent).toBeNull();
  });

  it('are links themselves when renamed or deleted', async () => {
    mkdirSync(at('target'));
    writeFileSync(at('target', 'canary'), '');
    symlinkSync('target', at('link'));
    await renameEntry(folder, at('link'), at('renamed'));
    expect(lstatSync(at('renamed')).isSymbolicLink()).toBe(true);
    await deleteEntry(folder, at('renamed'));
    expect(existsSync(at('target', 'canary'))).toBe(true);
    mkdirSync(at('tree'));
    symlinkSync(join('..', 'target'), at('tree', 'inside'));
    await deleteEntry(folder, at('tree'));
    expect(existsSync(at('target', 'canary'))).toBe(true);
  });

  it('keep a folder out of itself, and names that are too long out', async () => {
    mkdirSync(at('a'));
    await expect(renameEntry(folder, at('a'), at('a', 'b'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(renameEntry(folder, at('missing'), at('b'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(createEntry(folder, at('x'.repeat(300)), 'file')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(createEntry(null, at('x'), 'file')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    writeFileSync(at('file'), '');
    await expect(createEntry(folder, at('file', 'x'), 'file')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('bundling', () => {
  it.skipIf(process.platform === 'win32')('follows links to files of the workspace alone, and stops when cancelled', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'pyexekube-outside-'));
    writeFileSync(join(outside, 'secret'), 's');
    writeFileSync(at('data.txt'), 'd');
    symlinkSync('data.txt', at('link.txt'));
    symlinkSync(join(outside, 'secret'), at('leak'));
    symlinkSync(outside, at('leaks'));
    const { files } = await bundleFolder(folder, folder, 1000, {}, undefined);
    expect(files.map(({ path }) => path)).toEqual(['data.txt', 'link.txt']);
    await expect(bundleFolder(folder, folder, 1000, {}, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    rmSync(outside, { recursive: true });
  });
});

describe('watching', () => {
  let stop: AbortController;
  let events: Events<FileEvent>;

  function watch(folders: string[], files: string[]): void {
    stop = new AbortController();
    events = watchFiles(folders, files, stop.signal);
  }
  async function nextOf(type: FileEvent['type']): Promise<FileEvent | undefined> {
    for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) if (event.type === type) return event;
    return undefined;
  }
  afterEach(() => stop.abort());

  it('tells when a file goes and comes back, and that a save by rename is a change', async () => {
    writeFileSync(at('a'), '1');
    watch([], [at('a')]);
    rmSync(at('a'));
    expect(await nextOf('file')).toEqual({ type: 'file', path: at('a'), version: null });
    writeFileSync(at('a.tmp'), '22');
    renameSync(at('a.tmp'), at('a'));
    expect(await nextOf('file')).toEqual({ type: 'file', path: at('a'), version: (await readText(at('a'))).version });
  });

  it('finds a folder again that was deleted', { timeout: 10_000 }, async () => {
    mkdirSync(at('sub'));
    watch([at('sub')], []);
    rmSync(at('sub'), { recursive: true });
    expect(await nextOf('folder')).toEqual({ type: 'folder', path: at('sub') });
    mkdirSync(at('sub'));
    expect(await nextOf('folder')).toEqual({ type: 'folder', path: at('sub') });
    writeFileSync(at('sub', 'x'), '');
    expect(await nextOf('folder')).toEqual({ type: 'folder', path: at('sub') });
  });

  it('ends with the signal, or when nobody reads', async () => {
    watch([folder], []);
    const pending = events.next();
    stop.abort();
    expect((await pending).done).toBe(true);
    watch([folder], []);
    await events.return?.();
    expect((await events.next()).done).toBe(true);
    const ended = watchFiles([folder], [], AbortSignal.abort());
    expect((await ended.next()).done).toBe(true);
  });
});
