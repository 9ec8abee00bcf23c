/** Names that Windows keeps for devices, with or without an extension. */
export const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
// Characters that no name on Windows may have, and control characters, which no name should have: those of text direction make `exe.png` of `gnp.exe`.
export const badCharacters = /[\p{Cc}\p{Bidi_Control}<>:"|?*\\]/gu;
export const maxNameBytes = 255;
export const maxPathLength = 1024;

/** Whether a path with forward slashes names something below the folder that it is put into: no way up or out. */
export function isInside(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
}

/** Whether a path from elsewhere, with forward slashes, is inside, and on every system: no device, nothing that a file system would read as another name. */
export function isSafePath(path: string): boolean {
  if (path.length > maxPathLength || !isInside(path)) return false;
  return path.split('/').every((name) => Buffer.byteLength(name) <= maxNameBytes && name.search(badCharacters) === -1 && !/[. ]$/.test(name) && !deviceName.test(name));
}
