import { constants } from 'node:fs';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../contract/errors.ts';
import type { Artifact } from '../../../contract/jobs.ts';

/** Copies artifacts into a folder under their relative paths. Looks first whether any name is taken, and overwrites nothing. @throws NOT_FOUND · CONFLICT · FORBIDDEN · STORAGE_READ_ONLY */
export async function saveArtifacts(artifacts: readonly Artifact[], to: string, paths: readonly string[] | undefined): Promise<{ files: number; bytes: number }> {
  const known = new Map(artifacts.map((artifact) => [artifact.path, artifact]));
  const chosen = (paths ?? [...known.keys()]).map((path) => {
    const artifact = known.get(path);
    if (artifact === undefined) throw new AppError('NOT_FOUND', `The run has no file "${path}".`);
    return artifact;
  });
  await refuseFileInTheWay(to);
  for (const { path } of chosen) if ((await stat(join(to, path)).catch(() => null)) !== null) throw taken(join(to, path));
  for (const { path, file } of chosen) {
    const target = join(to, path);
    await refuseFileInTheWay(dirname(target));
    try {
      await mkdir(dirname(target), { recursive: true });
      await copyFile(file, target, constants.COPYFILE_EXCL);
    } catch (error) {
      throw faultOf(error, target);
    }
  }
  return { files: chosen.length, bytes: chosen.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Names the file that stands where the folder, or one above it, should be. */
async function refuseFileInTheWay(folder: string): Promise<void> {
  for (let path = folder; ; path = dirname(path)) {
    const about = await stat(path).catch(() => null);
    if (about === null && path !== dirname(path)) continue;
    if (about?.isDirectory() === false) throw new AppError('CONFLICT', `${path} is a file, not a folder.`, { action: 'Choose another folder.' });
    return;
  }
}

function taken(path: string): AppError {
  return new AppError('CONFLICT', `${path} is there already; nothing was overwritten.`, { action: 'Choose another folder.' });
}

function faultOf(error: unknown, path: string): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'EEXIST') return taken(path);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new AppError('STORAGE_READ_ONLY', 'The disk is full.', { retryable: true, action: 'Free some space, or choose another disk.', cause: error });
  return new AppError('FORBIDDEN', `${path} cannot be written (${code}).`, { action: 'Choose another folder.', cause: error });
}
