import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { AppError } from '../../../contract/errors.ts';
import { RelativePath } from '../../../contract/inputs.ts';
import { mostEntries, mostEntryBytes, mostTotalBytes } from './limits.ts';

const inflate = promisify(inflateRaw);
const endLength = 22;
const mostDirectoryBytes = 16 * 1024 * 1024;

export interface ZipEntry {
  name: string;
  /** Unpacked. */
  bytes: number;
  /** Unpacks it; never to more than it says. @throws INVALID_INPUT */
  read(): Promise<Buffer>;
}

export function refused(why: string): AppError {
  return new AppError('INVALID_INPUT', `This capsule was refused: ${why}.`, { action: 'Ask for it again where it comes from.' });
}

interface Header {
  name: string;
  method: number;
  crc: number;
  packed: number;
  bytes: number;
  offset: number;
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  if (bytesRead < length) throw refused('the file ends too early');
  return buffer;
}

/**
 * The entries of a ZIP file from a stranger. Only plain files are accepted, by relative paths, each name once, no byte of the file used twice,
 * and nothing that unpacks to more than the limits. Contents are checked against their CRC-32.
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
    const dataAt = await checkLocal(file, header);
    used = dataAt + header.packed;
    if (used > start) throw refused(`${header.name} reaches into the directory`);
    entries.set(header.name, { name: header.name, bytes: header.bytes, read: () => unpack(file, header, dataAt) });
  }
  return entries;
}

function parseDirectory(directory: Buffer, count: number): Header[] {
  const headers: Header[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) throw refused('its directory is damaged');
    const nameLength = directory.readUInt16LE(at + 28);
    const end = at + 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (end > directory.length) throw refused('its directory is damaged');
    const name = nameOf(directory.subarray(at + 46, at + 46 + nameLength));
    // Bits 1 and 2 tune deflate, 3 says that sizes follow the data, 11 that the name is UTF-8.
    if ((directory.readUInt16LE(at + 8) & ~0x080e) !== 0) throw refused(`${name} is encrypted or packed in a way that is not read`);
    const mode = directory.readUInt32LE(at + 38) >>> 16;
    if (mode !== 0 && (mode & 0o170000) !== 0o100000 && (mode & 0o170000) !== 0) throw refused(`${name} is a link or another thing that is no file`);
    const method = directory.readUInt16LE(at + 10);
    if (method !== 0 && method !== 8) throw refused(`${name} is packed by method ${method}, which is not read`);
    headers.push({
      name,
      method,
      crc: directory.readUInt32LE(at + 16),
      packed: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at = end;
  }
  if (at !== directory.length) throw refused('its directory is damaged');
  return headers;
}

function nameOf(bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refused('a name in it is not UTF-8');
  }
  if (!RelativePath.safeParse(name).success) throw refused(`the name ${JSON.stringify(name.slice(0, 100))} does not stay inside of a folder`);
  return name;
}

/** The two headers of an entry must say the same. @returns where its data begins */
async function checkLocal(file: FileHandle, header: Header): Promise<number> {
  const head = await readAt(file, header.offset, 30);
  const nameLength = head.readUInt16LE(26);
  const name = await readAt(file, header.offset + 30, nameLength);
  if (head.readUInt32LE(0) !== 0x04034b50 || head.readUInt16LE(8) !== header.method || name.toString() !== header.name) {
    throw refused(`${header.name} is called otherwise where its data begins`);
  }
  return header.offset + 30 + nameLength + head.readUInt16LE(28);
}

async function unpack(file: FileHandle, { name, method, crc, packed, bytes }: Header, at: number): Promise<Buffer> {
  if (method === 0 && packed !== bytes) throw refused(`${name} has not the size that it says`);
  const data = await readAt(file, at, packed);
  let content = data;
  if (method === 8) {
    try {
      content = await inflate(data, { maxOutputLength: Math.max(1, bytes) });
    } catch {
      throw refused(`${name} is damaged, or unpacks to more than it says`);
    }
  }
  if (content.byteLength !== bytes) throw refused(`${name} has not the size that it says`);
  if (crc32(content) !== crc) throw refused(`${name} is damaged: its checksum is another`);
  return content;
}
