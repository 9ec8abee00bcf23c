import type { Ignore } from 'ignore';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { AppError } from '../../../../contract/errors.ts';
import type { BundledFile } from '../../../../contract/jobs.ts';
import type { Requirements } from '../manifest/index.ts';
import { defaultRules, ignoreFile, withRulesOf } from './ignoreRules.ts';
import { findRequirements } from './requirements.ts';

/** From this on an upload is warned about, in bytes. */
const warnBytes = 100 * 1000 * 1000;
const maxBytes = 20 * 1000 * 1000 * 1000;
const maxFiles = 50_000;

export interface BundleRequest {
  /** The folder whose files go along; null for the script alone. */
  folder: string | null;
  /** Where the script is from; null for a scratch tab. */
  path: string | null;
  /** What is run, which may be newer than the file, or a part of it. */
  source: string;
  /** First line of the source within its file, first is 1. */
  lineOffset: number;
}

export interface Bundle {
  /** The script, relative, with forward slashes. */
  script: string;
  /** All that goes along, the script among it, by path. */
  files: BundledFile[];
  totalBytes: number;
  /** What cannot go along though nothing excludes it. */
  leftOut: { path: string; reason: string }[];
  requirements: Requirements | null;
  warnings: string[];
  /** Where each file's content is: on this computer, or as text. */
  content: Map<string, { file: string } | { text: string }>;
}

/**
 * Looks up what goes along with a run. Reads no content but that of the script and of requirements.
 * @throws AppError NOT_FOUND the folder is gone · FORBIDDEN it cannot be read · INVALID_INPUT too much, or metadata that is not understood
 */
export async function collectBundle({ folder, path, source, lineOffset }: BundleRequest, signal?: AbortSignal): Promise<Bundle> {
  const found: Found = { files: [], leftOut: [], content: new Map(), totalBytes: 0 };
  if (folder !== null) {
    const root = await rootOf(folder);
    await walk(root, '', defaultRules(), found, signal);
  }
  const script = scriptName(folder, path, new Set(found.content.keys()));
  // The lines before a cell or a selection are empty, so that tracebacks say where in the file it is.
  const text = '\n'.repeat(lineOffset - 1) + source;
  const before = found.files.find((file) => file.path === script);
  if (before !== undefined) found.totalBytes -= before.bytes;
  const bytes = Buffer.byteLength(text);
  const files = [...found.files.filter((file) => file !== before), { path: script, bytes }].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  found.content.set(script, { text });
  const totalBytes = found.totalBytes + bytes;
  const { requirements, warnings } = await findRequirements({ script, source, content: found.content });
  if (totalBytes > warnBytes) warnings.push(sizeWarning(totalBytes, files));
  return { script, files, totalBytes, leftOut: found.leftOut, requirements, warnings, content: found.content };
}

interface Found {
  files: BundledFile[];
  leftOut: { path: string; reason: string }[];
  content: Map<string, { file: string } | { text: string }>;
  totalBytes: number;
}

async function rootOf(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    throw faultOf(error, folder);
  }
}

async function walk(root: string, at: string, above: Ignore, found: Found, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  let entries;
  try {
    entries = await readdir(join(root, at), { withFileTypes: true });
  } catch (error) {
    if (at === '') throw faultOf(error, root);
    found.leftOut.push({ path: at, reason: 'it cannot be read' });
    return;
  }
  const names = new Set(entries.map(({ name }) => name));
  // A virtual environment, whatever its name: it holds this computer's Python.
  if (at !== '' && names.has('pyvenv.cfg')) return;
  const rules = names.has(ignoreFile) ? withRulesOf(above, at, await readIgnoreFile(join(root, at, ignoreFile))) : above;
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = at + entry.name;
    if (rules.ignores(entry.isDirectory() ? `${path}/` : path)) continue;
    if (entry.isDirectory()) await walk(root, `${path}/`, rules, found, signal);
    else await addFile(root, path, entry.isSymbolicLink(), found);
  }
}

/** Without it nobody knows what is to stay here, so nothing goes. */
async function readIgnoreFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new AppError('FORBIDDEN', `${path} cannot be read, so it is not known which files stay here.`, { action: 'Make it a text that may be read, or delete it.', cause: error });
  }
}

async function addFile(root: string, path: string, isLink: boolean, found: Found): Promise<void> {
  const file = join(root, path);
  let size: number;
  try {
    if (isLink) {
      const target = relative(root, await realpath(file));
      if (target.startsWith('..') || isAbsolute(target)) return void found.leftOut.push({ path, reason: 'it is a link to the outside of the folder' });
    }
    const about = await stat(file);
    if (about.isDirectory()) return void found.leftOut.push({ path, reason: 'it is a link to a folder' });
    if (!about.isFile()) return void found.leftOut.push({ path, reason: 'it is no regular file' });
    size = about.size;
  } catch {
    return void found.leftOut.push({ path, reason: 'it cannot be read' });
  }
  const shown = sep === '/' ? path : path.replaceAll(sep, '/');
  found.files.push({ path: shown, bytes: size });
  found.content.set(shown, { file });
  found.totalBytes += size;
  if (found.files.length > maxFiles) throw tooMuch(`The folder has more than ${maxFiles.toLocaleString('en')} files.`);
  if (found.totalBytes > maxBytes) throw tooMuch(`The folder's files are more than ${formatBytes(maxBytes)}.`);
}

/** The script's place among the files: its own in the folder, else one that nothing else has. */
function scriptName(folder: string | null, path: string | null, taken: ReadonlySet<string>): string {
  if (path !== null && folder !== null) {
    const inside = relative(folder, path);
    if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return inside.split(sep).join('/');
  }
  const name = path === null ? 'scratch.py' : basename(path);
  let free = name;
  for (let i = 1; taken.has(free); i++) free = name.replace(/(\.[^.]*)?$/, `-${i}$1`);
  return free;
}

function sizeWarning(totalBytes: number, files: readonly BundledFile[]): string {
  const largest = files.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
  return `The files are ${formatBytes(totalBytes)} (${largest.map(({ path, bytes }) => `${path} ${formatBytes(bytes)}`).join(', ')} …); what a run does not need can be named in ${ignoreFile}.`;
}

/** Bytes for a person: `1.5 MB`, powers of ten. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

function tooMuch(message: string): AppError {
  return new AppError('INVALID_INPUT', message, { action: `Name what a run does not need in ${ignoreFile}, or use a volume for data.` });
}

function faultOf(error: unknown, folder: string): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new AppError('NOT_FOUND', `The folder ${folder} is not there.`, { action: 'Open another folder.', cause: error });
  return new AppError('FORBIDDEN', `The folder ${folder} cannot be read (${String(code)}).`, { action: 'Change its permissions.', cause: error });
}
