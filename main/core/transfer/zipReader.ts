import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { mostEntries, mostEntryBytes, mostTotalBytes } from './limits.ts';
import { refused } from './refusal.ts';
import { checkLocal, parseDirectory, readAt, type Header } from './zipHeaders.ts';

const endLength = 22;
const mostDirectoryBytes = 16 * 1024 * 1024;
const pieceBytes = 64 * 1024;

export interface ZipEntry {
  name: string;
  /** Unpacked. */
  bytes: number;
  /** Unpacks it a piece at a time, never to more than it says; it is whole and right when this ends without an error. @throws INVALID_INPUT */
  pieces(): AsyncGenerator<Buffer, void>;
}

/** A whole entry in memory: for those that are small by a limit of their own. @throws INVALID_INPUT */
export async function readEntry(entry: ZipEntry): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const piece of entry.pieces()) parts.push(piece);
  return Buffer.concat(parts);
}

/**
 * The entries of a ZIP file from a stranger. Only plain files are accepted, by relative paths, each name once, no byte of the file used twice or for
 * nothing, and nothing that unpacks to more than the limits. Contents are checked against their CRC-32 as they are read.
 * @throws INVALID_INPUT with the reason
 */
export async function readZip(file: FileHandle): Promise<Map<string, ZipEntry>> {
  const { size } = await file.stat();
  if (size < endLength) throw refused('it is no ZIP file');
  const end = await readAt(file, size - endLength, endLength);
  if (end.readUInt32LE(0) !== 0x06054b50 || end.readUInt16LE(20) !== 0) throw refused('it is no ZIP file, or something follows its end');
  const count = end.readUInt16LE(10);
  const length = end.readUInt32LE(12);
  const start = end.readUInt32LE(16);
  if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(6) !== 0 || end.readUInt16LE(8) !== count) throw refused('it is spread over several files');
  if (count === 0xffff || length === 0xffffffff || start === 0xffffffff) throw refused('it is a ZIP64 file');
  if (count > mostEntries) throw refused(`it has ${count.toLocaleString('en')} entries; at most ${mostEntries.toLocaleString('en')} are read`);
  if (length > mostDirectoryBytes || start + length !== size - endLength) throw refused('its directory is not where it says');
  const headers = parseDirectory(await readAt(file, start, length), count);
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  let used = 0;
  for (const header of headers.toSorted((a, b) => a.offset - b.offset)) {
    if (entries.has(header.name)) throw refused(`it has two entries named ${header.name}`);
    total += header.bytes;
    if (header.bytes > mostEntryBytes || total > mostTotalBytes) throw refused(`it unpacks to more than ${mostTotalBytes / 1024 ** 3} GiB, or ${header.name} to more than ${mostEntryBytes / 1024 ** 2} MiB`);
    if (header.offset < used) throw refused(`${header.name} shares its place with another entry`);
    if (header.offset > used) throw refused(`something that belongs to no entry stands before ${header.name}`);
    const place = await checkLocal(file, header);
    used = place.endAt;
    if (used > start) throw refused(`${header.name} reaches into the directory`);
    entries.set(header.name, { name: header.name, bytes: header.bytes, pieces: () => unpack(file, header, place.dataAt) });
  }
  if (used !== start) throw refused('something that belongs to no entry stands before its directory');
  checkFolders(entries);
  return entries;
}

/** No entry is a folder of another: they could not both be written. */
function checkFolders(entries: ReadonlyMap<string, ZipEntry>): void {
  for (const name of entries.keys()) {
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      if (entries.has(name.slice(0, at))) throw refused(`${name.slice(0, at)} is a file and a folder`);
    }
  }
}

async function* packedPieces(file: FileHandle, at: number, length: number): AsyncGenerator<Buffer, void> {
  for (let done = 0; done < length; done += pieceBytes) yield await readAt(file, at + done, Math.min(pieceBytes, length - done));
}

async function* unpack(file: FileHandle, { name, method, crc, packed, bytes }: Header, at: number): AsyncGenerator<Buffer, void> {
  if (method === 0 && packed !== bytes) throw refused(`${name} has not the size that it says`);
  let sum = 0;
  let length = 0;
  for await (const piece of method === 0 ? packedPieces(file, at, packed) : inflated(name, packedPieces(file, at, packed), packed)) {
    length += piece.byteLength;
    if (length > bytes) throw refused(`${name} is damaged, or unpacks to more than it says`);
    sum = crc32(piece, sum);
    yield piece;
  }
  if (length !== bytes) throw refused(`${name} has not the size that it says`);
  if (sum !== crc) throw refused(`${name} is damaged: its checksum is another`);
}

async function* inflated(name: string, packed: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer, void> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes });
  // Its end and its errors come out of the loop below.
  const source = Readable.from(packed);
  pipeline(source, inflate, () => undefined);
  try {
    for await (const piece of inflate) yield z.instanceof(Buffer).parse(piece);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refused(`${name} is damaged, or unpacks to more than it says`);
  }
  if (inflate.bytesWritten !== length) throw refused(`${name} is followed by something that is not its own`);
}
