import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../contract/errors.ts';

/** One file of the built window. */
export interface Asset {
  /** Path on disk. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Strong validator (RFC 9110, 8.8.3), with its quotes. */
  readonly etag: string;
  /** Hashes of the scripts that stand in the page itself, as its policy names them: `sha256-…`. Most files have none. */
  readonly inlineScripts: readonly string[];
}

/** All files of the built window by their URL path. What is not in it is not served, so no path can leave the folder. */
export type AssetIndex = ReadonlyMap<string, Asset>;

/**
 * Lists what was built.
 *
 * @param folder `dist/window`
 * @throws AppError NOT_FOUND the window was not built
 */
export async function indexAssets(folder: string): Promise<AssetIndex> {
  const found = new Map<string, Asset>();
  await collect(folder, '', found);
  const page = found.get('/index.html');
  if (page === undefined) {
    throw new AppError('NOT_FOUND', `There is no built window in ${folder}.`, { action: 'Run `npm run build`.' });
  }
  found.set('/', page);
  return found;
}

async function collect(folder: string, prefix: string, found: Map<string, Asset>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (prefix === '') return [];
    throw error;
  });
  for (const entry of entries) {
    const file = join(folder, entry.name);
    const path = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) await collect(file, path, found);
    // A symbolic link could lead out of the folder.
    else if (entry.isFile()) found.set(path, await describe(file, path));
  }
}

/** Of a page that we built ourselves: `<script>` without attributes, as it stands. */
const inlineScript = /<script>([\s\S]*?)<\/script>/g;

async function describe(file: string, path: string): Promise<Asset> {
  const { size, mtimeMs } = await stat(file);
  const page = path.endsWith('.html') ? await readFile(file, 'utf8') : '';
  const inlineScripts = Array.from(page.matchAll(inlineScript), ([, text = '']) => `sha256-${createHash('sha256').update(text).digest('base64')}`);
  const etag = `"${createHash('sha256').update(`${path}\0${size}\0${mtimeMs}`).digest('base64url').slice(0, 22)}"`;
  return { file, size, etag, inlineScripts };
}

/** Python's files have tens of megabytes: pieces of this size reach the browser twice as fast as the usual 64 KB. */
const pieceBytes = 1024 * 1024;

/** Reads a built file for an answer. */
export function openAsset(asset: Asset): ReadStream {
  return createReadStream(asset.file, { highWaterMark: pieceBytes });
}
