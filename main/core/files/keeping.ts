import { open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isWithin, versionOf } from './paths.ts';

export type ReadState = { state: 'read'; data: Buffer } | { state: 'changed' } | { state: 'gone' };

/** Reads a file below a folder, if it still is the one with that version when it has been read. A link that leads out of the folder counts as gone. */
export async function readVersion(folder: string, path: string, version: string): Promise<ReadState> {
  try {
    const place = await realpath(join(folder, path));
    if (!isWithin(await realpath(folder), place)) return { state: 'gone' };
    const file = await open(place, 'r');
    try {
      const before = await file.stat({ bigint: true });
      if (!before.isFile() || versionOf(before) !== version) return { state: 'changed' };
      const data = await file.readFile();
      return versionOf(await file.stat({ bigint: true })) === version ? { state: 'read', data } : { state: 'changed' };
    } finally {
      await file.close();
    }
  } catch {
    return { state: 'gone' };
  }
}
