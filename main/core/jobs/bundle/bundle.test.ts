import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectBundle, formatBytes, packBundle, type Bundle } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyexekube-bundle-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text = 'x'): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const collect = (source = 'print(1)', path: string | null = null, lineOffset = 1): Promise<Bundle> => collectBundle({ folder, path: path === null ? null : join(folder, path), source, lineOffset });
const pathsOf = ({ files }: Bundle): string[] => files.map(({ path }) => path);

async function packed(bundle: Bundle): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of packBundle(bundle)) parts.push(part);
  return Buffer.concat(parts);
}

/** The system's own tar reads what we write. */
const listed = (tar: Buffer): string => execFileSync('tar', ['--list', '--gzip', '--quoting-style=literal'], { input: tar, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });

describe('files of a run', () => {
  it('leave out what never helps, and what a person names', async () => {
    for (const path of ['a.py', 'data/x.csv', 'data/big.bin', '.git/config', '.env', '.venv/x', 'env3/pyvenv.cfg', 'env3/lib/y.py', 'node_modules/z', 'p/__pycache__/q.pyc', 'p/q.py', 'p/keep/r.bin']) write(path);
    expect(pathsOf(await collect())).toEqual(['a.py', 'data/big.bin', 'data/x.csv', 'p/keep/r.bin', 'p/q.py', 'scratch.py']);
    write('.pyexekubeignore', '# large\n*.bin\n!.env\n');
    write('p/.pyexekubeignore', '!keep/*.bin\n');
    expect(pathsOf(await collect())).toEqual(['.env', 'a.py', 'data/x.csv', 'p/keep/r.bin', 'p/q.py', 'scratch.py']);
  });

  it('come back with their folder, whichever file names it', async () => {
    for (const path of ['.streamlit/config.toml', '.streamlit/.key', 'data/x', 'deep/data/y', 'deep/a[1]/#x', 'deep/a[1]/#y', 'Data/z']) write(path);
    write('.pyexekubeignore', '\ufeffdata/\r\n!.streamlit/\r\n');
    write('deep/.pyexekubeignore', '# here it is small\n\n!data\n');
    write('deep/a[1]/.pyexekubeignore', '\\#x\n/y\n');
    expect(pathsOf(await collect())).toEqual(['.streamlit/config.toml', 'Data/z', 'deep/a[1]/#y', 'deep/data/y', 'scratch.py'].filter((path) => path !== 'Data/z' || process.platform === 'linux'));
  });

  it('stay here, all of them, when nobody can tell which are to stay', async () => {
    mkdirSync(join(folder, '.pyexekubeignore'));
    await expect(collect()).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('.pyexekubeignore cannot be read') as string });
  });

  it('are never those outside of the folder', async () => {
    write('real.txt');
    symlinkSync('real.txt', join(folder, 'inside'));
    symlinkSync('/etc/hostname', join(folder, 'outside'));
    symlinkSync('/etc', join(folder, 'etc'));
    symlinkSync('nowhere', join(folder, 'broken'));
    const bundle = await collect();
    expect(pathsOf(bundle)).toEqual(['inside', 'real.txt', 'scratch.py']);
    expect(bundle.leftOut.map(({ path }) => path).toSorted()).toEqual(['broken', 'etc', 'outside']);
  });

  it('hold the script as it is run, in its place, its lines where they are in the file', async () => {
    write('sub/train.py', 'old');
    const bundle = await collect('print(2)', 'sub/train.py', 3);
    expect(bundle).toMatchObject({ script: 'sub/train.py', totalBytes: 10 });
    expect(bundle.content.get('sub/train.py')).toEqual({ text: '\n\nprint(2)' });
    write('scratch.py');
    expect((await collect()).script).toBe('scratch-1.py');
    expect(await collectBundle({ folder: null, path: '/elsewhere/x.py', source: '1', lineOffset: 1 })).toMatchObject({ script: 'x.py', files: [{ path: 'x.py', bytes: 1 }] });
  });

  it('are packed so that any tar reads them', async () => {
    const long = `${'d'.repeat(120)}/${'e'.repeat(120)}.txt`;
    for (const path of ['ünï cödé.txt', long, 'empty']) write(path, path === 'empty' ? '' : 'content');
    chmodSync(join(folder, 'ünï cödé.txt'), 0o755);
    const tar = await packed(await collect());
    expect(listed(tar).trim().split('\n').toSorted()).toEqual([long, 'empty', 'scratch.py', 'ünï cödé.txt'].toSorted());
    expect(execFileSync('tar', ['--extract', '--gzip', '--to-stdout', long], { input: tar, encoding: 'utf8' })).toBe('content');
  });

  it('are refused when they change while they are packed, and told when they are large', async () => {
    write('a.txt', 'one');
    const bundle = await collect();
    write('a.txt', 'longer');
    await expect(packed(bundle)).rejects.toMatchObject({ code: 'CONFLICT', retryable: true });
    truncateSync(join(folder, 'a.txt'), 150_000_000);
    expect((await collect()).warnings).toEqual([expect.stringMatching(/^The files are 150 MB \(a\.txt 150 MB/) as string]);
    expect([0, 999, 1500, 123_456_789].map(formatBytes)).toEqual(['0 B', '999 B', '1.5 kB', '123 MB']);
  });

  it('need a folder', async () => {
    await expect(collectBundle({ folder: join(folder, 'gone'), path: null, source: '', lineOffset: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('requirements', () => {
  it("are the script's own, else the nearest file's", async () => {
    write('requirements.txt', 'numpy # for arrays\n\n-r more.txt\nrequests \\\n  ==2\n');
    write('sub/pyproject.toml', '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["pandas>2"]\n');
    write('sub/a.py');
    expect((await collect()).requirements).toEqual({ from: 'requirements.txt', file: 'requirements.txt', lines: ['numpy', '-r more.txt', 'requests ==2'], python: null });
    expect((await collect('1', 'sub/a.py')).requirements).toEqual({ from: 'sub/pyproject.toml', file: null, lines: ['pandas>2'], python: '>=3.9' });
    const inline = '#!/usr/bin/env python\n# /// script\n# requires-python = ">=3.12"\n# dependencies = [\n#   "rich",\n# ]\n# ///\nprint(1)\n';
    expect((await collect(inline, 'sub/a.py')).requirements).toEqual({ from: 'sub/a.py', file: null, lines: ['rich'], python: '>=3.12' });
    expect((await collect(inline.replaceAll('\n', '\r\n'))).requirements).toMatchObject({ lines: ['rich'] });
  });

  it('may be written as Windows PowerShell does', async () => {
    writeFileSync(join(folder, 'requirements.txt'), '\ufeffnumpy==2\r\nrich\r\n', 'utf16le');
    expect((await collect()).requirements).toMatchObject({ lines: ['numpy==2', 'rich'] });
  });

  it('that cannot be understood are named', async () => {
    await expect(collect('# /// script\n# dependencies = [\n# ///\n')).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(/scratch\.py is not TOML \(line/) as string });
    await expect(collect('import x\n\n# /// script\n# dependencies = [\n#   rich\n# ]\n# ///\n')).rejects.toMatchObject({ message: expect.stringContaining('(line 5)') as string });
    await expect(collect('# /// script\n# dependencies = 1\n# ///\n')).rejects.toMatchObject({ message: 'The inline metadata of scratch.py is not understood at "dependencies": A list of texts is wanted.' });
    await expect(collect('# /// script\n# dependencies = ["a", 2]\n# ///\n')).rejects.toMatchObject({ message: expect.stringContaining('"dependencies.1": It is no text.') as string });
    expect(await collect('# /// script\n# dependencies = ["rich"]\nimport rich\n')).toMatchObject({ requirements: null, warnings: [expect.stringContaining('is not used') as string] });
    write('pyproject.toml', '[tool.poetry.dependencies]\nrequests = "^2"\n');
    expect(await collect()).toMatchObject({ requirements: null, warnings: [expect.stringContaining('Poetry')] });
  });
});
