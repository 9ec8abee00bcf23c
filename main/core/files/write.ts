import { randomBytes } from 'node:crypto';
import { access, chmod, chown, constants, link, open, rename, rm, stat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../contract/errors.ts';
import { maxEditableBytes } from '../../../contract/files.ts';
import { systemCode, translated } from './faults.ts';
import { absolute, behindLinks, versionOf } from './paths.ts';
import { encodeText, type LineEnding } from './text.ts';

export interface WriteRequest {
  path: string;
  text: string;
  lineEnding: LineEnding;
  /** The version that is to be replaced; null: there must be no such file; undefined: whatever is there. */
  expected?: string | null | undefined;
}

async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function refuseOther(path: string, expected: string | null | undefined, found: BigIntStats | null): void {
  if (found?.isDirectory() === true) throw new AppError('INVALID_INPUT', `${path} is a folder.`);
  if (found !== null && !found.isFile()) throw new AppError('INVALID_INPUT', `${path} is not a regular file.`);
  if (expected === undefined) return;
  if (expected === null && found !== null) {
    throw new AppError('CONFLICT', `${path} exists already.`, { action: 'Overwrite it, or choose another name.' });
  }
  if (expected !== null && (found === null || versionOf(found) !== expected)) {
    throw new AppError('CONFLICT', found === null ? `${path} was deleted by another program.` : `${path} was changed by another program.`, {
      action: 'Overwrite it, or save under another name.',
    });
  }
}

/** Writes whole or not at all: into a temporary file beside the target, flushed, then renamed over it. @returns the version that is there now */
export async function writeText(request: WriteRequest): Promise<{ version: string }> {
  const bytes = encodeText(request.text, request.lineEnding);
  if (bytes.byteLength > maxEditableBytes) {
    throw new AppError('INVALID_INPUT', `The text has ${bytes.byteLength} bytes; at most ${maxEditableBytes} can be saved.`);
  }
  return translated(`Cannot save ${request.path}`, async () => {
    const target = await behindLinks(absolute(request.path));
    const old = await statOrNull(target);
    refuseOther(request.path, request.expected, old);
    if (old !== null) await access(target, constants.W_OK);
    const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await writeTemporary(temporary, bytes, old);
      // Again, because writing took a while; what is left open is the time between two system calls.
      refuseOther(request.path, request.expected, await statOrNull(target));
      if (request.expected === null) await placeNew(temporary, target);
      else await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return { version: versionOf(await stat(target, { bigint: true })) };
  });
}

async function writeTemporary(path: string, bytes: Uint8Array, old: BigIntStats | null): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  if (old === null || process.platform === 'win32') return;
  const owner = await stat(path, { bigint: true });
  // Only root can give a file away; anyone else becomes the owner of what they save, as with other editors.
  if (owner.uid !== old.uid || owner.gid !== old.gid) await chown(path, Number(old.uid), Number(old.gid)).catch(() => undefined);
  await chmod(path, Number(old.mode & 0o7777n));
}

/** Puts a file where none may be: unlike a rename, a hard link fails if another was faster. */
async function placeNew(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw error;
    // A file system without hard links.
    await rename(temporary, target);
    return;
  }
  await rm(temporary);
}
