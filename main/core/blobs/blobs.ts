import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../../contract/errors.ts';
import type { Sql } from '../database/index.ts';

const compress = promisify(zstdCompress);
const encodings = { plain: 0, zstd: 1 } as const;

/** A content as it is stored. */
export interface EncodedBlob {
  /** SHA-256 of the content, as hexadecimal digits: its name. */
  hash: string;
  /** Of the content. */
  bytes: number;
  encoding: (typeof encodings)[keyof typeof encodings];
  data: Uint8Array;
}

export function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Compresses a content, off the event loop, unless that gains nothing. */
export async function encodeBlob(content: Uint8Array): Promise<EncodedBlob> {
  const head = { hash: hashOf(content), bytes: content.byteLength };
  if (content.byteLength > 64) {
    const packed = await compress(content, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
    if (packed.byteLength < content.byteLength) return { ...head, encoding: encodings.zstd, data: packed };
  }
  return { ...head, encoding: encodings.plain, data: content };
}

/** As encodeBlob, at once: for the text of one source. */
export function encodeBlobNow(content: Uint8Array): EncodedBlob {
  const head = { hash: hashOf(content), bytes: content.byteLength };
  const packed = content.byteLength > 64 ? zstdCompressSync(content) : content;
  return packed.byteLength < content.byteLength ? { ...head, encoding: encodings.zstd, data: packed } : { ...head, encoding: encodings.plain, data: content };
}

export function findBlob(sql: Sql, hash: string): number | undefined {
  return sql.get<{ blob: number }>('SELECT blob FROM blobs WHERE hash = ?', hash)?.blob;
}

/** Stores a content, once. The caller refers to it within the same transaction, or it may be cleared away. @returns its number */
export function putBlob(sql: Sql, { hash, bytes, encoding, data }: EncodedBlob): number {
  const known = findBlob(sql, hash);
  if (known !== undefined) return known;
  return sql.get<{ blob: number }>('INSERT INTO blobs (hash, bytes, encoding, data) VALUES (?, ?, ?, ?) RETURNING blob', hash, bytes, encoding, data)?.blob ?? 0;
}

/** @throws NOT_FOUND · STORAGE_CORRUPT it is not what its name says */
export function readBlob(sql: Sql, blob: number, name: string): Buffer {
  const row = sql.get<EncodedBlob>('SELECT hash, bytes, encoding, data FROM blobs WHERE blob = ?', blob);
  if (row === undefined) throw new AppError('NOT_FOUND', `${name} is not kept any more.`);
  const content = decode(row);
  if (content === null || hashOf(content) !== row.hash) throw new AppError('STORAGE_CORRUPT', `The kept content of ${name} is damaged and cannot be read.`, { action: 'Other files and versions can.' });
  return content;
}

function decode({ encoding, bytes, data }: EncodedBlob): Buffer | null {
  if (encoding === encodings.plain) return Buffer.from(data);
  try {
    return zstdDecompressSync(data, { maxOutputLength: Math.max(1, bytes) });
  } catch {
    return null;
  }
}
