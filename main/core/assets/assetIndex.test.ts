import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexAssets } from './assetIndex.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pyexekube-assets-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('indexAssets', () => {
  it('knows every built file by its URL path', async () => {
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), 'page');
    await writeFile(join(folder, 'assets/a.js'), 'code');
    const assets = await indexAssets(folder);
    expect([...assets.keys()].toSorted()).toEqual(['/', '/assets/a.js', '/index.html']);
    expect(assets.get('/')).toEqual(assets.get('/index.html'));
    expect(assets.get('/assets/a.js')).toMatchObject({ size: 4, file: join(folder, 'assets/a.js') });
  });

  it('gives each content a validator of its own', async () => {
    await writeFile(join(folder, 'index.html'), 'page');
    const first = (await indexAssets(folder)).get('/')?.etag;
    await writeFile(join(folder, 'index.html'), 'another page');
    expect(first).toMatch(/^"[\w-]{22}"$/);
    expect((await indexAssets(folder)).get('/')?.etag).not.toBe(first);
  });

  it('names the scripts that stand in a page by their hashes', async () => {
    await writeFile(join(folder, 'index.html'), '<script src="/a.js"></script><script>let a\n</script><script>two()</script>');
    await writeFile(join(folder, 'a.js'), '"<script>no page</script>"');
    const assets = await indexAssets(folder);
    const sha256 = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    expect(assets.get('/')?.inlineScripts).toEqual([sha256('let a\n'), sha256('two()')]);
    expect(assets.get('/a.js')?.inlineScripts).toEqual([]);
  });

  it('leaves out symbolic links, which could lead out of the folder', async () => {
    await writeFile(join(folder, 'index.html'), 'page');
    await symlink('/etc/passwd', join(folder, 'passwd'));
    expect((await indexAssets(folder)).has('/passwd')).toBe(false);
  });

  it('says what to do when nothing was built', async () => {
    await expect(indexAssets(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND', action: 'Run `npm run build`.' });
  });

  it('does not hide a folder that cannot be listed', async () => {
    await writeFile(join(folder, 'index.html'), 'page');
    const file = join(folder, 'index.html');
    await expect(indexAssets(file)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
