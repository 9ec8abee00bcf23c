/** Names that Windows keeps for devices, with or without an extension. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
// Characters that no name on Windows may have, and control characters, which no name should have.
// oxlint-disable-next-line no-control-regex
const badCharacter = /[\u0000-\u001f\u007f<>:"|?*\\]/;

/**
 * Whether a path from elsewhere, with forward slashes, names something below the folder that it is put into, on every system: no way up or out, no
 * device, nothing that a file system would read as another name.
 */
export function isSafePath(path: string): boolean {
  if (path === '' || path.length > 1024) return false;
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 255 && !badCharacter.test(name) && !/[. ]$/.test(name) && !deviceName.test(name));
}
