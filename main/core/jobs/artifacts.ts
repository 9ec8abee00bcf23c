import { open, readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AppError } from '../../../contract/errors.ts';
import { maxEditableBytes } from '../../../contract/files.ts';
import type { RunId } from '../../../contract/ids.ts';
import { maxPictureBytes, type Artifact, type ArtifactPicture } from '../../../contract/jobs.ts';

export function artifactFolder(folder: string, runId: RunId): string {
  return join(folder, 'artifacts', runId);
}

/** How much of a file shows what it is. */
const headBytes = 4096;
/** Files of one run that are looked into; of more only the name is told. */
const mostLookedInto = 1000;

/** The files of a run that are on this computer. */
export async function listArtifacts(folder: string, runId: RunId): Promise<{ folder: string; artifacts: Artifact[] }> {
  const root = artifactFolder(folder, runId);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: Omit<Artifact, 'kind'>[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(root.length + 1).replaceAll('\\', '/');
    found.push({ path, bytes: (await stat(file)).size, file });
  }
  const artifacts: Artifact[] = [];
  for (const artifact of found.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    artifacts.push({ ...artifact, kind: artifacts.length < mostLookedInto ? await kindOf(artifact.file, artifact.bytes) : 'other' });
  }
  return { folder: root, artifacts };
}

/** A picture among a run's files. @throws NOT_FOUND · UNSUPPORTED it is no picture, or too large for one */
export async function readPicture(folder: string, runId: RunId, path: string): Promise<ArtifactPicture> {
  // Looked up, not joined: the path is a name in a list, never a way through the disk.
  const artifact = (await listArtifacts(folder, runId)).artifacts.find((one) => one.path === path);
  if (artifact === undefined) throw new AppError('NOT_FOUND', `The run has no file "${path}".`);
  const type = artifact.kind === 'picture' ? pictureType(await headOf(artifact.file), artifact.file) : null;
  if (type === null) throw new AppError('UNSUPPORTED', `${path} cannot be shown as a picture.`, { action: 'Save it, and open it with a program that knows it.' });
  return { type, base64: (await readFile(artifact.file)).toString('base64') };
}

async function kindOf(file: string, bytes: number): Promise<Artifact['kind']> {
  const head = await headOf(file).catch(() => null);
  if (head === null) return 'other';
  if (bytes <= maxPictureBytes && pictureType(head, file) !== null) return 'picture';
  return bytes <= maxEditableBytes && isText(head, bytes > head.length) ? 'text' : 'other';
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What a picture's first bytes say (mimesniff.spec.whatwg.org); an SVG is known by its name. */
function pictureType(head: Buffer, file: string): ArtifactPicture['type'] | null {
  const latin = head.subarray(0, 16).toString('latin1');
  if (latin.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (latin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (latin.startsWith('GIF8')) return 'image/gif';
  if (latin.startsWith('RIFF') && latin.slice(8, 12) === 'WEBP') return 'image/webp';
  return extname(file).toLowerCase() === '.svg' && isText(head, true) ? 'image/svg+xml' : null;
}

/** @param isCut the file goes on: its last character may be torn */
function isText(head: Buffer, isCut: boolean): boolean {
  if (head.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: isCut });
    return true;
  } catch {
    return false;
  }
}
