import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

interface Written {
  name: Buffer;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

/** What was packed. */
export interface Packed {
  bytes: number;
  sha256: string;
}

/**
 * Writes a ZIP file (PKWARE, APPNOTE 6.3.10) entry by entry, each a piece at a time; what the header says of it is put in afterwards. Names are UTF-8, times are
 * the format's zero, so that the same run gives the same bytes. No ZIP64: what is larger than 4 GiB does not fit.
 */
export class ZipWriter {
  readonly #file: FileHandle;
  readonly #entries: Written[] = [];
  #offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @param method `store` for what is packed already, or of a kind that nobody knows */
  async add(name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, method: 'deflate' | 'store' = 'deflate'): Promise<Packed> {
    const entry: Written = { name: Buffer.from(name), method: method === 'deflate' ? 8 : 0, crc: 0, packed: 0, size: 0, offset: this.#offset };
    this.#entries.push(entry);
    await this.#write(this.#localHead(entry));
    const start = this.#offset;
    const hash = createHash('sha256');
    async function* counted(): AsyncGenerator<Uint8Array, void> {
      for await (const piece of pieces) {
        hash.update(piece);
        entry.crc = crc32(piece, entry.crc);
        entry.size += piece.byteLength;
        yield piece;
      }
    }
    if (method === 'store') for await (const piece of counted()) await this.#write(piece);
    else await this.#deflate(counted());
    entry.packed = this.#offset - start;
    const head = this.#localHead(entry);
    await this.#file.write(head, 0, head.byteLength, entry.offset);
    return { bytes: entry.size, sha256: hash.digest('hex') };
  }

  async #deflate(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await pipeline(Readable.from(pieces), createDeflateRaw(), async (packed: AsyncIterable<Buffer>) => {
      for await (const piece of packed) await this.#write(piece);
    });
  }

  async end(): Promise<void> {
    const start = this.#offset;
    for (const entry of this.#entries) {
      const head = Buffer.alloc(46);
      head.writeUInt32LE(0x02014b50, 0);
      // Made by version 2.0 on Unix, so that the attributes say "regular file, rw-r--r--".
      head.writeUInt16LE((3 << 8) | 20, 4);
      this.#common(head, 6, entry);
      head.writeUInt32LE((0o100644 << 16) >>> 0, 38);
      head.writeUInt32LE(entry.offset, 42);
      await this.#write(Buffer.concat([head, entry.name]));
    }
    const tail = Buffer.alloc(22);
    tail.writeUInt32LE(0x06054b50, 0);
    tail.writeUInt16LE(this.#entries.length, 8);
    tail.writeUInt16LE(this.#entries.length, 10);
    tail.writeUInt32LE(this.#offset - start, 12);
    tail.writeUInt32LE(start, 16);
    await this.#write(tail);
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#offset;
  }

  #localHead(entry: Written): Buffer {
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    this.#common(head, 4, entry);
    return Buffer.concat([head, entry.name]);
  }

  /** What the local and the central header have in common, from "version needed" on. */
  #common(head: Buffer, at: number, { name, method, crc, packed, size }: Written): void {
    head.writeUInt16LE(20, at);
    head.writeUInt16LE(0x0800, at + 2);
    head.writeUInt16LE(method, at + 4);
    // 1 January 1980, 0:00.
    head.writeUInt16LE(0x21, at + 8);
    head.writeUInt32LE(crc, at + 10);
    head.writeUInt32LE(packed, at + 14);
    head.writeUInt32LE(size, at + 18);
    head.writeUInt16LE(name.length, at + 22);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.byteLength - done, this.#offset);
      done += bytesWritten;
      this.#offset += bytesWritten;
    }
  }
}
