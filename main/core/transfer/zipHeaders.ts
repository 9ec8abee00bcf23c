import type { FileHandle } from 'node:fs/promises';
import { RelativePath } from '../../../contract/inputs.ts';
import { refused } from './refusal.ts';

/** What the directory says of an entry. */
export interface Header {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packed: number;
  bytes: number;
  offset: number;
}

/** Its sizes and checksum follow the data (APPNOTE 4.4.4, bit 3), as writers that cannot go back do it. */
const described = 0x0008;
/** Bits 1 and 2 tune deflate, 11 says that the name is UTF-8. */
const harmless = 0x0806 | described;

export async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(buffer, done, length - done, at + done);
    if (bytesRead === 0) throw refused('the file ends too early');
    done += bytesRead;
  }
  return buffer;
}

/** @throws INVALID_INPUT */
export function parseDirectory(directory: Buffer, count: number): Header[] {
  const headers: Header[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) throw refused('its directory is damaged');
    const nameLength = directory.readUInt16LE(at + 28);
    const end = at + 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (end > directory.length) throw refused('its directory is damaged');
    const name = nameOf(directory.subarray(at + 46, at + 46 + nameLength));
    const flags = directory.readUInt16LE(at + 8);
    if ((flags & ~harmless) !== 0) throw refused(`${name} is encrypted or packed in a way that is not read`);
    const mode = directory.readUInt32LE(at + 38) >>> 16;
    if ((mode & 0o170000) !== 0o100000 && (mode & 0o170000) !== 0) throw refused(`${name} is a link or another thing that is no file`);
    const method = directory.readUInt16LE(at + 10);
    if (method !== 0 && method !== 8) throw refused(`${name} is packed by method ${method}, which is not read`);
    headers.push({
      name,
      flags,
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
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused('a name in it is not UTF-8');
  }
  if (!RelativePath.safeParse(name).success) throw refused(`the name ${JSON.stringify(name.slice(0, 100))} does not stay inside of a folder`);
  return name;
}

/** The two headers of an entry must say the same. @returns where its data begins, and where the next entry does */
export async function checkLocal(file: FileHandle, header: Header): Promise<{ dataAt: number; endAt: number }> {
  const head = await readAt(file, header.offset, 30);
  const nameLength = head.readUInt16LE(26);
  const name = await readAt(file, header.offset + 30, nameLength);
  if (head.readUInt32LE(0) !== 0x04034b50 || !name.equals(Buffer.from(header.name))) throw refused(`${header.name} is called otherwise where its data begins`);
  const isDescribed = (header.flags & described) !== 0;
  const same = head.readUInt16LE(6) === header.flags && head.readUInt16LE(8) === header.method && (isDescribed || saysSame(head, 14, header));
  if (!same) throw refused(`${header.name} is another thing where its data begins`);
  const dataAt = header.offset + 30 + nameLength + head.readUInt16LE(28);
  const endAt = dataAt + header.packed;
  return { dataAt, endAt: isDescribed ? endAt + (await descriptorLength(file, header, endAt)) : endAt };
}

function saysSame(bytes: Buffer, at: number, { crc, packed, bytes: size }: Header): boolean {
  return bytes.readUInt32LE(at) === crc && bytes.readUInt32LE(at + 4) === packed && bytes.readUInt32LE(at + 8) === size;
}

/** What follows the data, with or without a signature. */
async function descriptorLength(file: FileHandle, header: Header, at: number): Promise<number> {
  const found = await readAt(file, at, 16);
  if (found.readUInt32LE(0) === 0x08074b50 && saysSame(found, 4, header)) return 16;
  if (saysSame(found, 0, header)) return 12;
  throw refused(`${header.name} is another thing behind its data`);
}
