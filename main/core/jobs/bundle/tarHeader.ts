const block = 512;
/** Two empty blocks. */
export const tarEnd: Uint8Array = Buffer.alloc(2 * block);

/** What follows a file's content up to the next block. */
export function tarPadding(bytes: number): Uint8Array {
  return Buffer.alloc((block - (bytes % block)) % block);
}

/**
 * The head of a regular file in a tar (POSIX.1, "pax", ustar interchange format). A path that ustar has no room for, or that is not ASCII, stands in an
 * extended header before it; so does a size from 8 GiB on.
 */
export function tarHeader({ path, bytes, executable }: { path: string; bytes: number; executable: boolean }): Uint8Array {
  const mode = executable ? 0o755 : 0o644;
  const fits = Buffer.byteLength(path) <= 100 && /^[ -~]*$/.test(path);
  const isHuge = bytes >= 8 ** 11;
  if (fits && !isHuge) return ustar({ path, bytes, mode, type: '0' });
  const records = Buffer.from((fits ? '' : record('path', path)) + (isHuge ? record('size', String(bytes)) : ''), 'utf8');
  return Buffer.concat([
    ustar({ path: 'pax', bytes: records.length, mode: 0o644, type: 'x' }),
    records,
    tarPadding(records.length),
    ustar({ path: fits ? path : 'file', bytes: isHuge ? 0 : bytes, mode, type: '0' }),
  ]);
}

/** `LENGTH key=value\n`, where the length counts itself. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function ustar({ path, bytes, mode, type }: { path: string; bytes: number; mode: number; type: '0' | 'x' }): Buffer {
  const header = Buffer.alloc(block);
  header.write(path, 0, 100, 'latin1');
  header.write(`${octal(mode, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(bytes, 11)}\0${octal(0, 11)}\0`, 100, 'latin1');
  header.write(`        ${type}`, 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
