import { extname } from 'node:path';
import { badCharacters, deviceName, isInside, maxNameBytes, maxPathLength } from './safePath.ts';

/** Whether the file system of this computer takes two names for one that differ in their case or in how their accents are written. */
const foldsNames = process.platform === 'win32' || process.platform === 'darwin';

/**
 * What files from a container are called on this computer: as there, with `_` for what some system could not have in a name, and with a number where two
 * would become one. Depends on nothing but the list and its order, so that a second try finds what the first has fetched.
 * @returns null when a path leads out of the folder, or is there twice: no honest list has that
 */
export function localNames(paths: readonly string[], folds = foldsNames): string[] | null {
  if (new Set(paths).size < paths.length) return null;
  const root: Folder = { name: '', taken: new Set(), folders: new Map() };
  const names: string[] = [];
  for (const path of paths) {
    if (!isInside(path)) return null;
    const parts = path.split('/');
    const file = parts.pop() ?? '';
    const folder = parts.reduce((parent, part) => folderIn(parent, part, folds), root);
    // Longer than any system takes: its last name alone, beside the other top folders.
    const isLong = folder.name.length + file.length > maxPathLength;
    names.push((isLong ? '' : folder.name) + freeName(isLong ? root : folder, file, folds));
  }
  return names;
}

interface Folder {
  /** With a slash at its end; empty for the outermost. */
  name: string;
  /** Names in it, folded. */
  taken: Set<string>;
  /** Its folders by the name that they have in the container. */
  folders: Map<string, Folder>;
}

function folderIn(parent: Folder, part: string, folds: boolean): Folder {
  const known = parent.folders.get(part);
  if (known !== undefined) return known;
  const made = { name: `${parent.name}${freeName(parent, part, folds)}/`, taken: new Set<string>(), folders: new Map<string, Folder>() };
  parent.folders.set(part, made);
  return made;
}

function freeName({ taken }: Folder, wanted: string, folds: boolean): string {
  const plain = plainName(wanted);
  const extension = extname(plain);
  for (let i = 0; ; i++) {
    const name = i === 0 ? plain : `${cut(plain.slice(0, plain.length - extension.length), maxNameBytes - Buffer.byteLength(extension) - 12)}-${i}${extension}`;
    const key = folds ? name.normalize('NFC').toLowerCase() : name;
    if (taken.has(key)) continue;
    taken.add(key);
    return name;
  }
}

function plainName(name: string): string {
  const plain = name.replaceAll(badCharacters, '_').replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  return cut(deviceName.test(plain) ? `_${plain}` : plain, maxNameBytes);
}

function cut(text: string, bytes: number): string {
  let short = text;
  while (Buffer.byteLength(short) > bytes) short = short.slice(0, -1);
  return short.replace(/[. ]+$/, (end) => '_'.repeat(end.length));
}
