import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunId } from '../../../contract/ids.ts';
import type { JobHandle } from './context.ts';

/** Size of the pieces in which an archive is sent. */
const chunkBytes = 64 * 1024;

function archivePath(folder: string, runId: RunId): string {
  return join(folder, 'uploads', `${runId}.tar.gz`);
}

/** Keeps the files of a run that do not fit into its Secret until they are in the pod. On the medium when this resolves. */
export async function keepArchive(folder: string, runId: RunId, content: AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const path = archivePath(folder, runId);
  await mkdir(join(folder, 'uploads'), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(`${path}.part`, 'w', 0o600);
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
  return { bytes, sha256: hash.digest('hex') };
}

/** The archive of a job, to be sent. */
export async function archiveChunks({ context, record }: JobHandle): Promise<{ bytes: number; sha256: string; chunks: AsyncIterable<Uint8Array> }> {
  const path = archivePath(context.folder, record.runId);
  const { size } = await stat(path);
  return { bytes: size, sha256: record.facts.archiveSha256 ?? '', chunks: createReadStream(path, { highWaterMark: chunkBytes }) };
}

export async function dropArchive(folder: string, runId: RunId): Promise<void> {
  const path = archivePath(folder, runId);
  await rm(path, { force: true });
  await rm(`${path}.part`, { force: true });
}
