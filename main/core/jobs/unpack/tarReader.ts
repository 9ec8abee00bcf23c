import { AppError } from '../../../../contract/errors.ts';

/** A regular file of a tar, or something else that is only told about. Paths are as they were sent: nobody has looked at them. */
export interface TarEntry {
  path: string;
  kind: 'file' | 'folder' | 'other';
  bytes: number;
}

/** What a reader does with a tar; each call is awaited before more is read. */
export interface TarSink {
  entry(entry: TarEntry): Promise<void>;
  /** Content of the file that was entered last. */
  content(data: Uint8Array): Promise<void>;
  /** The file that was entered last is whole. */
  ended(): Promise<void>;
}

const block = 512;
/** Extended headers are held in memory; ours have a path and a time. */
const maxExtendedBytes = 64 * 1024;

/**
 * Reads a tar (ustar and pax; POSIX.1 "pax") from a stranger, piece by piece and without holding more than a header of it.
 * @throws AppError INVALID_INPUT it is no such tar, or ends too early
 */
export async function readTar(source: AsyncIterable<Uint8Array>, sink: TarSink): Promise<void> {
  const pieces = new Pieces(source);
  let extended: { path?: string; size?: number } = {};
  for (;;) {
    const head = await pieces.take(block);
    if (head.every((byte) => byte === 0)) break;
    if (number(head, 148, 8) !== checksum(head)) throw damaged('a header does not match its checksum');
    const type = String.fromCharCode(head[156] ?? 0);
    const size = number(head, 124, 12);
    if (type === 'x') {
      if (size > maxExtendedBytes) throw damaged('an extended header is too long');
      extended = recordsOf(await pieces.take(size));
      await pieces.take(paddingOf(size));
      continue;
    }
    const bytes = extended.size ?? size;
    const kind = type === '0' || type === '\0' ? 'file' : type === '5' ? 'folder' : 'other';
    if (type !== 'g') await sink.entry({ path: extended.path ?? pathOf(head), kind, bytes });
    extended = {};
    for (let left = bytes; left > 0; ) {
      const part = await pieces.some(left);
      left -= part.length;
      if (kind === 'file' && type !== 'g') await sink.content(part);
    }
    await pieces.take(paddingOf(bytes));
    if (kind === 'file' && type !== 'g') await sink.ended();
  }
  await pieces.drain();
}

function paddingOf(bytes: number): number {
  return (block - (bytes % block)) % block;
}

/** A stream of bytes that is taken in pieces of the taker's size. */
class Pieces {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<Buffer> {
    const next = await this.#chunks.next();
    if (next.done === true) throw damaged('it ends too early');
    return Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
  }

  /** Exactly so many bytes, few of them. */
  async take(bytes: number): Promise<Buffer> {
    while (this.#rest.length < bytes) this.#rest = Buffer.concat([this.#rest, await this.#more()]);
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  /** At least one byte, and at most so many. */
  async some(bytes: number): Promise<Buffer> {
    while (this.#rest.length === 0) this.#rest = await this.#more();
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Passes over what follows the end: a tar is filled up to whole records. */
  async drain(): Promise<void> {
    while ((await this.#chunks.next()).done !== true);
  }
}

/** An octal number, ended by a blank or NUL. A size from 8 GiB on stands in an extended header; GNU's binary form is not taken. */
function number(head: Buffer, start: number, length: number): number {
  const text = head.toString('latin1', start, start + length).replace(/[\0 ]+$/, '').trimStart();
  if (!/^[0-7]*$/.test(text)) throw damaged('a number in a header is none');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function checksum(head: Buffer): number {
  let sum = 8 * 32;
  for (const [index, byte] of head.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum;
}

function pathOf(head: Buffer): string {
  const text = (start: number, length: number): string => head.toString('utf8', start, start + length).replace(/\0[\s\S]*$/, '');
  const prefix = head.toString('latin1', 257, 262) === 'ustar' ? text(345, 155) : '';
  return prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
}

/** `LENGTH key=value\n`, where a value may hold anything. */
function recordsOf(data: Buffer): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < data.length; ) {
    const blank = data.indexOf(0x20, at);
    const length = Number(data.toString('latin1', at, blank));
    if (blank < 0 || !Number.isInteger(length) || length <= blank - at || at + length > data.length) throw damaged('an extended header is wrong');
    const record = data.toString('utf8', blank + 1, at + length - 1);
    const value = record.slice(record.indexOf('=') + 1);
    if (record.startsWith('path=')) found.path = value;
    if (record.startsWith('size=') && /^\d{1,15}$/.test(value)) found.size = Number(value);
    at += length;
  }
  return found;
}

function damaged(what: string): AppError {
  return new AppError('INVALID_INPUT', `What the pod sent is no proper tar: ${what}.`, { action: 'Fetch the files again.' });
}
