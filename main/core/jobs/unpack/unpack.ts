import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../../contract/errors.ts';
import { isSafePath } from './safePath.ts';
import { readTar, type TarSink } from './tarReader.ts';

/** A file that was announced. */
export interface ExpectedFile {
  /** Its path in the tar. */
  path: string;
  bytes: number;
  /** Its path below the folder that it is put into. */
  name: string;
}

export interface Unpacker {
  /** Takes the next bytes; resolves when they are written. @throws AppError INVALID_INPUT it is not the tar that was announced · STORAGE_READ_ONLY the disk is full */
  write(chunk: Uint8Array): Promise<void>;
  /** The tar has ended. @throws AppError as `write`, also when files are missing */
  end(): Promise<void>;
  /** Leaves what is there, and closes it. */
  stop(): Promise<void>;
}

/**
 * Writes the files of a tar into a folder as they come. The tar comes out of a container, so only what was announced is taken, in that
 * order and of that size: regular files below the folder; no link, no device, no path that leads out, nothing twice.
 *
 * @param onBytes called with each number of bytes that was written
 */
export function createUnpacker(folder: string, expected: readonly ExpectedFile[], onBytes: (bytes: number) => void): Unpacker {
  const chunks = new Handover();
  let done = 0;
  let file: FileHandle | undefined;

  const sink: TarSink = {
    async entry({ path, kind, bytes }) {
      const wanted = expected[done];
      if (kind !== 'file' || wanted === undefined || path !== wanted.path || bytes !== wanted.bytes || !isSafePath(wanted.name)) {
        throw notAnnounced(`${kind === 'other' ? 'something that is no file' : kind} "${printable(path)}" of ${bytes} bytes`);
      }
      const target = join(folder, ...wanted.name.split('/'));
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      file = await open(target, 'w', 0o600);
    },
    async content(data) {
      const target = file;
      if (target === undefined) return;
      for (let at = 0; at < data.length; ) at += (await target.write(data, at)).bytesWritten;
      onBytes(data.length);
    },
    async ended() {
      await close();
      done++;
    },
  };

  async function close(): Promise<void> {
    const closing = file;
    file = undefined;
    await closing?.close();
  }

  let fault: AppError | undefined;
  const reading = readTar(chunks, sink)
    .catch((error: unknown) => {
      fault = faultOf(error);
    })
    .finally(() => chunks.leave());

  function check(): void {
    if (fault !== undefined) throw fault;
  }

  return {
    async write(chunk) {
      await chunks.give(chunk);
      check();
    },
    async end() {
      chunks.end();
      await reading;
      check();
      if (done < expected.length) throw notAnnounced(`${expected.length - done} files less`);
    },
    async stop() {
      chunks.end();
      await reading;
      await close();
    },
  };
}

/** Hands chunks over one by one: who gives one waits until the next is asked for. */
class Handover implements AsyncIterable<Uint8Array> {
  #chunk: Uint8Array | undefined;
  #hasEnded = false;
  #isLeft = false;
  #wakeTaker: () => void = () => undefined;
  #wakeGiver: () => void = () => undefined;

  async give(chunk: Uint8Array): Promise<void> {
    if (this.#isLeft || this.#hasEnded) return;
    this.#chunk = chunk;
    const taken = new Promise<void>((resolve) => {
      this.#wakeGiver = resolve;
    });
    this.#wakeTaker();
    await taken;
  }

  end(): void {
    this.#hasEnded = true;
    this.#wakeTaker();
  }

  /** Nobody takes any more. */
  leave(): void {
    this.#isLeft = true;
    this.#wakeGiver();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = this.#chunk;
      this.#chunk = undefined;
      if (chunk !== undefined) {
        yield chunk;
        this.#wakeGiver();
      } else if (this.#hasEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wakeTaker = resolve;
          if (this.#chunk !== undefined || this.#hasEnded) resolve();
        });
      }
    }
  }
}

function notAnnounced(what: string): AppError {
  return new AppError('INVALID_INPUT', `The files that the run sent are not those that it announced: there is ${what}. Nothing more was taken.`);
}

function printable(name: string): string {
  return name.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?');
}

function faultOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'The disk is full.' : `The folder for the files cannot be written (${code || String(error)}).`;
  return new AppError('STORAGE_READ_ONLY', why, { retryable: true, action: 'Free some space, then fetch the files again.', cause: error });
}
