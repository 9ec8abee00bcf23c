import { isUtf8 } from 'node:buffer';
import { AppError } from '../../../contract/errors.ts';

export type LineEnding = 'lf' | 'crlf';

/** Where bytes stop to be UTF-8 (RFC 3629), or -1. */
export function firstInvalidByte(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  // The longest valid beginning ends at a character's border within the last 3 bytes before the fault.
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 8) {
    const middle = characterStart(bytes, (valid + invalid) >> 1);
    if (middle <= valid) break;
    if (isUtf8(bytes.subarray(valid, middle))) valid = middle;
    else invalid = middle;
  }
  while (valid < bytes.length) {
    const length = [1, 2, 3, 4].find((count) => valid + count <= bytes.length && isUtf8(bytes.subarray(valid, valid + count)));
    if (length === undefined) return valid;
    valid += length;
  }
  return valid;
}

/** The start of the character that the byte at `at` belongs to, if the bytes are UTF-8. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && at - start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}

/** The encoding that a Python file declares for itself (docs.python.org/3/reference/lexical_analysis.html, "Encoding declarations"), or null. */
export function codingCookie(text: string): string | null {
  const [first = '', second = ''] = text.split('\n', 2);
  const pattern = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
  const found = pattern.exec(first) ?? (/^[ \t\f]*(#.*)?\r?$/.test(first) ? pattern.exec(second) : null);
  return found?.[1] ?? null;
}

function isUtf8Name(name: string): boolean {
  return /^(utf-?8(-sig)?|u8|utf|(us-)?ascii)$/.test(name.toLowerCase().replaceAll('_', '-'));
}

/** @throws UNSUPPORTED not UTF-8 (the byte's offset is named), or a Python file that says it is something else */
export function decodeText(bytes: Uint8Array, path: string): { text: string; lineEnding: LineEnding } {
  const at = firstInvalidByte(bytes);
  if (at !== -1) {
    const value = (bytes[at] ?? 0).toString(16).padStart(2, '0');
    throw new AppError('UNSUPPORTED', `${path} is not a UTF-8 text: byte ${at} (0x${value}) does not belong to any character.`, {
      action: 'Convert it to UTF-8 with another program first.',
    });
  }
  // TextDecoder removes the byte order mark.
  const raw = new TextDecoder().decode(bytes);
  const cookie = /\.pyw?$/i.test(path) ? codingCookie(raw) : null;
  if (cookie !== null && !isUtf8Name(cookie)) {
    throw new AppError('UNSUPPORTED', `${path} declares the encoding ${cookie}; only UTF-8 can be edited.`, {
      action: 'Convert it to UTF-8, and take the coding line out.',
    });
  }
  const crlf = raw.split('\r\n').length - 1;
  const lf = raw.split('\n').length - 1 - crlf;
  return { text: raw.replaceAll('\r\n', '\n'), lineEnding: crlf > lf ? 'crlf' : 'lf' };
}

export function encodeText(text: string, lineEnding: LineEnding): Uint8Array {
  const lf = text.replaceAll('\r\n', '\n');
  return new TextEncoder().encode(lineEnding === 'crlf' ? lf.replaceAll('\n', '\r\n') : lf);
}
