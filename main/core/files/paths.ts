import { lstat, readlink, realpath } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../../contract/errors.ts';
import { systemCode } from './faults.ts';

/** A file's state, as the contract's FileVersion: time of the last change and size. */
export function versionOf(stats: BigIntStats): string {
  return `${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}`;
}

/** @throws INVALID_INPUT */
export function absolute(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new AppError('INVALID_INPUT', `${path} is not an absolute path.`);
}

/** Whether a path is the folder or in it; both without symbolic links. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * The place of an entry of the workspace: its folder without symbolic links, so that no link leads out, and its own name,
 * so that a link is renamed or deleted itself and not what it points to.
 *
 * @throws FORBIDDEN it lies outside, or is the workspace itself · NOT_FOUND its folder does not exist (by the file system's error)
 */
export async function entryWithin(workspace: string | null, path: string): Promise<string> {
  const wanted = absolute(path);
  if (workspace === null) {
    throw new AppError('FORBIDDEN', 'No folder is open, so nothing can be created, renamed or deleted.', { action: 'Open a folder first.' });
  }
  const root = await realpath(workspace);
  const place = join(await realpath(dirname(wanted)), basename(wanted));
  if (place === root) throw new AppError('FORBIDDEN', `${path} is the open folder itself.`, { action: 'Close the folder first.' });
  if (isWithin(root, place)) return place;
  throw new AppError('FORBIDDEN', `${path} lies outside of the open folder ${root}.`, { action: 'Open the folder that holds it.' });
}

/** Where writing to a path really goes: behind its symbolic links, also when their end does not exist yet. */
export async function behindLinks(path: string): Promise<string> {
  let at = path;
  for (let hops = 0; hops < 40; hops++) {
    try {
      return await realpath(at);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
    const place = join(await realpath(dirname(at)), basename(at));
    const link = await lstat(place).catch(() => null);
    if (link?.isSymbolicLink() !== true) return place;
    at = resolve(dirname(place), await readlink(place));
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}
