/** Paths in the notation of the core's system; nothing here touches a disk. */
export type PathSeparator = '/' | '\\';

/** On Windows both slashes separate. */
function isSeparator(character: string | undefined, separator: PathSeparator): boolean {
  return character === separator || (separator === '\\' && character === '/');
}

/** `/a/b` and `c.py` make `/a/b/c.py`. */
export function joinPath(folder: string, name: string, separator: PathSeparator): string {
  return isSeparator(folder.at(-1), separator) ? folder + name : folder + separator + name;
}

/** The last part: `c.py`. A root is its own last part. */
export function baseName(path: string, separator: PathSeparator): string {
  const trimmed = trimEnd(path, separator);
  let start = trimmed.length;
  while (start > 0 && !isSeparator(trimmed[start - 1], separator)) start--;
  return trimmed.slice(start) || path;
}

/** The folder that holds it; null for a root. */
export function parentPath(path: string, separator: PathSeparator): string | null {
  const trimmed = trimEnd(path, separator);
  const name = baseName(trimmed, separator);
  if (name === trimmed || trimmed === '') return null;
  const parent = trimEnd(trimmed.slice(0, trimmed.length - name.length), separator);
  if (parent === '') return separator;
  return /^[a-z]:$/i.test(parent) ? parent + separator : parent;
}

/** Whether `path` is `folder` or lies under it. */
export function isWithin(path: string, folder: string, separator: PathSeparator): boolean {
  if (path === folder) return true;
  const start = isSeparator(folder.at(-1), separator) ? folder : folder + separator;
  return path.startsWith(start);
}

/** `path` below `folder`, without a leading separator; the whole path when it is elsewhere. */
export function relativePath(path: string, folder: string, separator: PathSeparator): string {
  if (!isWithin(path, folder, separator) || path === folder) return path;
  const rest = path.slice(folder.length);
  return isSeparator(rest[0], separator) ? rest.slice(1) : rest;
}

export function isAbsolutePath(path: string, separator: PathSeparator): boolean {
  return separator === '/' ? path.startsWith('/') : /^([a-z]:[\\/]|[\\/]{2})/i.test(path);
}

/** What is wrong with a name for a file or folder, or null. */
export function nameProblem(name: string, separator: PathSeparator): string | null {
  if (name.trim() === '') return 'Type a name.';
  if (name === '.' || name === '..') return `“${name}” means a folder already.`;
  if ([...name].some((character) => isSeparator(character, separator))) return 'A name holds no slashes.';
  if (separator === '\\' && /[<>:"|?*]/.test(name)) return 'Windows does not allow < > : " | ? * in names.';
  return null;
}

function trimEnd(path: string, separator: PathSeparator): string {
  let end = path.length;
  while (end > 1 && isSeparator(path[end - 1], separator)) end--;
  return path.slice(0, end);
}
