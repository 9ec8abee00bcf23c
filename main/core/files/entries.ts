import { lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../contract/errors.ts';
import { maxEditableBytes, type FileEntry, type TextFile } from '../../../contract/files.ts';
import { systemCode, translated } from './faults.ts';
import { absolute, entryWithin, versionOf } from './paths.ts';
import { decodeText } from './text.ts';

/** Most entries of one folder that are listed. */
export const maxEntries = 5000;

const byName = new Intl.Collator('en', { numeric: true });

/** An entry as the tree shows it, links followed; null for what is neither file nor folder (opening a pipe would wait for ever). */
async function entryOf(path: string): Promise<FileEntry | null> {
  // A link that leads nowhere is shown, so that it can be deleted.
  const stats = await stat(path).catch(() => lstat(path));
  if (!stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink()) return null;
  const kind = stats.isDirectory() ? 'folder' : 'file';
  return { name: basename(path), path, kind, size: kind === 'folder' ? 0 : stats.size, modifiedMs: stats.mtimeMs };
}

export interface Listing {
  path: string;
  parent: string | null;
  entries: FileEntry[];
  truncated: boolean;
}

export async function listFolder(path: string | null): Promise<Listing> {
  const folder = path === null ? homedir() : absolute(path);
  return translated(`Cannot list ${folder}`, async () => {
    const names = await readdir(folder);
    names.sort(byName.compare);
    const entries: FileEntry[] = [];
    for (let from = 0; from < Math.min(names.length, maxEntries); from += 100) {
      const batch = names.slice(from, Math.min(from + 100, maxEntries));
      // An entry that vanished since, or that may not be looked at, is left out.
      const found = await Promise.all(batch.map((name) => entryOf(join(folder, name)).catch(() => null)));
      for (const entry of found) if (entry !== null) entries.push(entry);
    }
    entries.sort((a, b) => (a.kind === b.kind ? byName.compare(a.name, b.name) : a.kind === 'folder' ? -1 : 1));
    const parent = dirname(folder);
    return { path: folder, parent: parent === folder ? null : parent, entries, truncated: names.length > maxEntries };
  });
}

export async function readText(path: string): Promise<TextFile> {
  const wanted = absolute(path);
  return translated(`Cannot open ${path}`, async () => {
    // Before opening: to open a pipe would wait for its writer.
    if (!(await stat(wanted)).isFile()) throw new AppError('INVALID_INPUT', `${path} is not a file that can be edited.`);
    const file = await open(wanted, 'r');
    try {
      const stats = await file.stat({ bigint: true });
      if (stats.size > BigInt(maxEditableBytes)) {
        throw new AppError('UNSUPPORTED', `${path} has ${megabytes(Number(stats.size))}; files of up to ${megabytes(maxEditableBytes)} can be edited.`, {
          action: 'Open a part of it, or read it from Python.',
        });
      }
      const bytes = await file.readFile();
      return { path: wanted, name: basename(wanted), version: versionOf(stats), ...decodeText(bytes, path) };
    } finally {
      await file.close();
    }
  });
}

export async function createEntry(workspace: string | null, path: string, kind: 'file' | 'folder'): Promise<FileEntry> {
  return translated(`Cannot create ${path}`, async () => {
    const place = await entryWithin(workspace, path);
    if (kind === 'folder') await mkdir(place);
    else await (await open(place, 'wx')).close();
    return existing(place, path);
  });
}

export async function renameEntry(workspace: string | null, from: string, to: string): Promise<FileEntry> {
  return translated(`Cannot rename ${from} to ${to}`, async () => {
    const source = await entryWithin(workspace, from);
    const target = await entryWithin(workspace, to);
    const moved = await lstat(source);
    const inTheWay = await lstat(target).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    });
    // On a file system that ignores case, `A.py` to `a.py` finds the file itself in the way.
    const itself = inTheWay !== null && inTheWay.ino === moved.ino && inTheWay.dev === moved.dev && source.toLowerCase() === target.toLowerCase();
    if (inTheWay !== null && !itself) throw new AppError('CONFLICT', `${to} exists already.`, { action: 'Choose another name.' });
    await rename(source, target);
    return existing(target, to);
  });
}

async function existing(place: string, path: string): Promise<FileEntry> {
  const entry = await entryOf(place);
  if (entry === null) throw new AppError('UNSUPPORTED', `${path} is neither a file nor a folder.`);
  return { ...entry, name: basename(path), path: absolute(path) };
}

/** Deletes a file, a link (not what it points to) or a folder with all that is in it. */
export async function deleteEntry(workspace: string | null, path: string): Promise<void> {
  await translated(`Cannot delete ${path}`, async () => {
    const place = await entryWithin(workspace, path);
    await lstat(place);
    await rm(place, { recursive: true });
  });
}

/** @returns the folder without symbolic links */
export async function checkedFolder(path: string): Promise<string> {
  return translated(`Cannot open the folder ${path}`, async () => {
    const folder = await realpath(absolute(path));
    if (!(await stat(folder)).isDirectory()) throw new AppError('INVALID_INPUT', `${path} is not a folder.`);
    await readdir(folder);
    return folder;
  });
}

/** A size in words, in units of 10**6 bytes as file managers show it. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
