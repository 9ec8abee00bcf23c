import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { AppError } from '../../../../contract/errors.ts';
import type { Bundle } from './collect.ts';
import { tarEnd, tarHeader, tarPadding } from './tarHeader.ts';

/** Above this, speed counts more than size: the network is rarely slower than gzip at its best. */
const fastFromBytes = 4 * 1024 * 1024;
const readBytes = 256 * 1024;

type Packed = Pick<Bundle, 'files' | 'content' | 'totalBytes'>;

/**
 * The files of a bundle as a gzipped tar, as they are now. What was executable for its owner stays so.
 * Leaving the iteration early stops the reading.
 * @throws AppError CONFLICT a file changed while it was read, or is gone
 */
export async function* packBundle(bundle: Packed): AsyncGenerator<Uint8Array, void> {
  const tar = Readable.from(tarOf(bundle), { objectMode: false });
  const zip = createGzip({ level: bundle.totalBytes < fastFromBytes ? 6 : 1 });
  tar.on('error', (error) => zip.destroy(error));
  tar.pipe(zip);
  try {
    for await (const chunk of zip) if (Buffer.isBuffer(chunk)) yield chunk;
  } finally {
    tar.destroy();
    zip.destroy();
  }
}

async function* tarOf({ files, content }: Packed): AsyncGenerator<Uint8Array, void> {
  for (const { path, bytes } of files) {
    const source = content.get(path);
    if (source === undefined) continue;
    if ('text' in source) {
      yield tarHeader({ path, bytes, executable: false });
      yield Buffer.from(source.text, 'utf8');
    } else {
      yield* fileEntry(path, source.file, bytes);
    }
    yield tarPadding(bytes);
  }
  yield tarEnd;
}

async function* fileEntry(path: string, from: string, bytes: number): AsyncGenerator<Uint8Array, void> {
  const file = await open(from, 'r').catch((error: unknown) => {
    throw changed(path, error);
  });
  try {
    const about = await file.stat();
    if (about.size !== bytes) throw changed(path);
    yield tarHeader({ path, bytes, executable: (about.mode & 0o100) !== 0 });
    for (let left = bytes; left > 0; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(readBytes, left)), 0);
      if (bytesRead === 0) throw changed(path);
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function changed(path: string, cause?: unknown): AppError {
  return new AppError('CONFLICT', `${path} changed while it was being packed, or is gone.`, { retryable: true, action: 'Run again.', cause });
}
