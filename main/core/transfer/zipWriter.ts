import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const copyBytes = 1024 * 1024;

interface Written {
  name: Buffer;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

/** Where a content comes from: memory, or a file of which size and CRC-32 are known. */
export type ZipContent = { data: Uint8Array } | { file: FileHandle; size: number; crc: number };

/**
 * Writes a ZIP file (PKWARE, APPNOTE 6.3.10) entry by entry: contents in memory deflated, files stored. Names are UTF-8, times are the
 * format's zero, so that the same run gives the same bytes. No ZIP64: what is larger than 4 GiB does not fit.
 */
export class ZipWriter {
  readonly #file: FileHandle;
  readonly #entries: Written[] = [];
  #offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(name: string, content: ZipContent): Promise<void> {
    if (!('data' in content)) {
      await this.#begin({ name: Buffer.from(name), method: 0, crc: content.crc, packed: content.size, size: content.size, offset: this.#offset });
      const buffer = Buffer.allocUnsafe(copyBytes);
      for (let at = 0; at < content.size; ) {
        const { bytesRead } = await content.file.read(buffer, 0, Math.min(copyBytes, content.size - at), at);
        if (bytesRead === 0) throw new Error(`${name} became shorter while it was packed`);
        await this.#write(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
      return;
    }
    const { data } = content;
    const packed = await deflate(data);
    const isSmaller = packed.byteLength < data.byteLength;
    const bytes = isSmaller ? packed : data;
    await this.#begin({ name: Buffer.from(name), method: isSmaller ? 8 : 0, crc: crc32(data), packed: bytes.byteLength, size: data.byteLength, offset: this.#offset });
    await this.#write(bytes);
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

  async #begin(entry: Written): Promise<void> {
    this.#entries.push(entry);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    this.#common(head, 4, entry);
    await this.#write(Buffer.concat([head, entry.name]));
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
    await this.#file.writeFile(bytes);
    this.#offset += bytes.byteLength;
  }
}
