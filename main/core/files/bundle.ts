import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { AppError } from '../../../contract/errors.ts';
import { translated } from './faults.ts';
import { absolute, isWithin, versionOf } from './paths.ts';

/** Most entries that are looked at, so that a whole home folder opened by mistake does not hold up a run. */
export const maxVisited = 20_000;
/** Most files that are named as left out. */
const maxLeftOut = 1000;

export interface Bundle {
  files: { path: string; version: string; data: string | null }[];
  leftOut: { path: string; size: number }[];
}

interface Found {
  path: string;
  absolute: string;
  size: number;
  version: string;
}

function isSkipped(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules' || name === '__pycache__';
}

/** Regular files under a folder, breadth first, so that what lies nearest is found first. Links to files of the workspace count as files. */
async function filesUnder(folder: string, workspace: string, signal: AbortSignal | undefined): Promise<Found[]> {
  const found: Found[] = [];
  const folders = [folder];
  let visited = 0;
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    signal?.throwIfAborted();
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    // What `python -m venv` makes holds a pyvenv.cfg (docs.python.org/3/library/venv.html).
    if (entries.some((entry) => entry.name === 'pyvenv.cfg')) continue;
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (++visited > maxVisited) return found;
      if (isSkipped(entry.name)) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsInto(workspace, path)))) {
        const stats = await stat(path, { bigint: true }).catch(() => null);
        if (stats?.isFile() === true) found.push({ path: relative(folder, path).split(sep).join('/'), absolute: path, size: Number(stats.size), version: versionOf(stats) });
      }
    }
  }
  return found;
}

async function leadsInto(workspace: string, path: string): Promise<boolean> {
  const target = await realpath(path).catch(() => null);
  return target !== null && isWithin(workspace, target);
}

/** Gathers a folder's files for a run. Python files come first, then the smaller ones, so that one large file does not push out modules. */
export async function bundleFolder(
  workspace: string | null,
  path: string,
  maxBytes: number,
  known: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Bundle> {
  return translated(`Cannot gather the files of ${path}`, async () => {
    const folder = await realpath(absolute(path));
    const root = workspace === null ? null : await realpath(workspace);
    if (root === null || !isWithin(root, folder)) {
      throw new AppError('FORBIDDEN', `${path} lies outside of the open folder.`, { action: 'Open the folder that holds it.' });
    }
    const found = await filesUnder(folder, root, signal);
    found.sort((a, b) => Number(extname(b.path) === '.py') - Number(extname(a.path) === '.py') || a.size - b.size || (a.path < b.path ? -1 : 1));
    const bundle: Bundle = { files: [], leftOut: [] };
    let bytes = 0;
    for (const file of found) {
      signal?.throwIfAborted();
      if (bytes + file.size > maxBytes) {
        if (bundle.leftOut.length < maxLeftOut) bundle.leftOut.push({ path: file.path, size: file.size });
        continue;
      }
      bytes += file.size;
      const held = Object.hasOwn(known, file.path) && known[file.path] === file.version;
      const data = held ? null : await readFile(file.absolute, 'base64').catch(() => undefined);
      // Gone, or not readable: the run will say so if it needs it.
      if (data !== undefined) bundle.files.push({ path: file.path, version: file.version, data });
    }
    return bundle;
  });
}
