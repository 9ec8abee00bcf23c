import { statSync, watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { FileEvent } from '../../../contract/files.ts';
import { Feed, eventsOf, type Events } from '../feed.ts';
import { absolute, versionOf } from './paths.ts';

/** Events within this time become one: a program that saves causes several. */
const coalesceMs = 50;
/** How often a watched folder that is not there (any more) is looked for. */
const missingMs = 1000;

interface WatchedFolder {
  path: string;
  /** Whether events of the folder itself are wanted, or only of files in it. */
  wanted: boolean;
  /** Name to full path of the files in it that are wanted. */
  files: Map<string, string>;
  watcher: FSWatcher | null;
}

async function currentVersion(path: string): Promise<string | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  return stats?.isFile() === true ? versionOf(stats) : null;
}

/** The same, at this very moment: what happens to the file right after the call is a change. */
function versionNow(path: string): string | null {
  try {
    const stats = statSync(path, { bigint: true });
    return stats.isFile() ? versionOf(stats) : null;
  } catch {
    return null;
  }
}

/**
 * Watches folders (not deep) and files, files by their folders, since a file that is saved by a rename would be lost
 * sight of. The watching begins at the call and ends with the signal, or when the reader returns.
 */
export function watchFiles(folders: readonly string[], files: readonly string[], signal: AbortSignal | undefined): Events<FileEvent> {
  const watched = new Map<string, WatchedFolder>();
  const versions = new Map<string, Promise<string | null>>();
  const touchedFolders = new Set<string>();
  const touchedFiles = new Set<string>();
  // As many events as there can be different ones. Who is further behind is told that every folder has changed.
  const feed = new Feed<FileEvent | null>(null, folders.length + files.length + 1);
  const backlog: FileEvent[] = [];
  let timer: NodeJS.Timeout | undefined;

  function folderOf(path: string): WatchedFolder {
    const known = watched.get(path) ?? { path, wanted: false, files: new Map(), watcher: null };
    watched.set(path, known);
    return known;
  }

  function touch(folder: WatchedFolder, name: string | null): void {
    if (folder.wanted) touchedFolders.add(folder.path);
    for (const [file, path] of folder.files) if (name === null || name === file) touchedFiles.add(path);
    timer ??= setTimeout(() => void flush(), coalesceMs);
  }

  function lose(folder: WatchedFolder): void {
    folder.watcher?.close();
    folder.watcher = null;
    touch(folder, null);
  }

  function arm(folder: WatchedFolder): void {
    try {
      const watcher = watch(folder.path, { persistent: false }, (_type, name) => {
        // A folder that is deleted or moved reports its own name, and nothing ever after.
        if (name === basename(folder.path)) lose(folder);
        else touch(folder, name);
      });
      watcher.on('error', () => lose(folder));
      folder.watcher = watcher;
    } catch {
      // Not there, or not allowed: it is tried again with the others that are missing.
    }
  }

  async function flush(): Promise<void> {
    timer = undefined;
    for (const path of touchedFolders) feed.publish({ type: 'folder', path });
    touchedFolders.clear();
    const paths = [...touchedFiles];
    touchedFiles.clear();
    for (const path of paths) {
      const before = versions.get(path);
      const now = currentVersion(path);
      versions.set(path, now);
      const version = await now;
      if (version !== (await before)) feed.publish({ type: 'file', path, version });
    }
  }

  for (const path of folders) folderOf(absolute(path)).wanted = true;
  for (const path of files) {
    const file = absolute(path);
    folderOf(dirname(file)).files.set(basename(file), file);
    versions.set(file, Promise.resolve(versionNow(file)));
  }
  for (const folder of watched.values()) arm(folder);
  const search = setInterval(() => {
    for (const folder of watched.values()) {
      if (folder.watcher !== null) continue;
      arm(folder);
      if (folder.watcher !== null) touch(folder, null);
    }
  }, missingMs);
  search.unref();

  const events = feed.read(undefined);
  function end(): void {
    signal?.removeEventListener('abort', end);
    clearInterval(search);
    clearTimeout(timer);
    for (const folder of watched.values()) folder.watcher?.close();
    watched.clear();
    feed.close();
  }
  signal?.addEventListener('abort', end);
  if (signal?.aborted === true) end();

  return eventsOf(async (): Promise<IteratorResult<FileEvent, void>> => {
    for (;;) {
      const missed = backlog.shift();
      if (missed !== undefined) return { done: false, value: missed };
      const { done, value } = await events.next();
      if (done === true) return { done, value: undefined };
      if (value !== null) return { done: false, value };
      for (const folder of watched.values()) if (folder.wanted) backlog.push({ type: 'folder', path: folder.path });
    }
  }, end);
}
