import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { AppError } from '../../../contract/errors.ts';
import { translated } from '../files/index.ts';

/**
 * Writes a file whole or not at all: under another name first, on disk before it gets its own.
 * @throws CONFLICT it is there and may not be replaced · FORBIDDEN · NOT_FOUND its folder is not there · STORAGE_READ_ONLY
 */
export async function writeTarget<T>(path: string, overwrite: boolean, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const partial = `${path}.${process.pid}.partial`;
  return translated(`Cannot write ${path}`, async () => {
    try {
      const file = await open(partial, 'w', 0o600);
      let result: T;
      try {
        result = await write(file);
        await file.sync();
      } finally {
        await file.close();
      }
      if (overwrite) await rename(partial, path);
      else await placeNew(partial, path);
      return result;
    } finally {
      await rm(partial, { force: true });
    }
  });
}

async function placeNew(partial: string, path: string): Promise<void> {
  try {
    // Unlike a rename, a link replaces nothing.
    await link(partial, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new AppError('CONFLICT', `${path} is there already.`, { action: 'Choose another name, or replace it.' });
    const probe = await open(path, 'wx', 0o600).catch(() => null);
    if (probe === null) throw error;
    // A file system without links.
    await probe.close();
    await rename(partial, path);
  }
}
