import type { ClusterClient } from './client.ts';
import { errorOfConnection } from './errors.ts';

export interface LogRequest {
  namespace: string;
  pod: string;
  container: string;
  follow: boolean;
  /** Whole seconds, RFC 3339: the API knows nothing finer. */
  sinceTime?: string;
  signal?: AbortSignal | undefined;
}

/** A line longer than this is given in pieces. */
const maxLineBytes = 1024 * 1024;

/**
 * A container's log as blocks of whole lines, each line with its \n (the last may lack it), as they arrive. It ends when the container has
 * ended and all was sent, or when the kubelet rotates the file under a slow reader: who needs all must be able to tell.
 * client-node's own Log is not used: it pipes without an error handler.
 * @throws AppError also in the middle, when the connection breaks off
 */
export async function* followLog(client: ClusterClient, { namespace, pod, signal, ...query }: LogRequest): AsyncGenerator<Buffer, void> {
  const stream = await client.stream(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, { query, signal });
  try {
    yield* wholeLines(stream);
  } catch (error) {
    throw errorOfConnection(error, client.server);
  }
}

/** Regroups bytes into blocks that end at a line's end. */
async function* wholeLines(source: AsyncIterable<unknown>): AsyncGenerator<Buffer, void> {
  const joiner = new LineJoiner();
  for await (const chunk of source) {
    if (!Buffer.isBuffer(chunk)) continue;
    const block = joiner.push(chunk);
    if (block.length > 0) yield block;
  }
  const rest = joiner.end();
  if (rest.length > 0) yield rest;
}

/** Keeps back the end of a chunk that is not a whole line yet. */
export class LineJoiner {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** @returns whole lines, with their line feeds; empty if there is none yet */
  push(chunk: Buffer): Buffer {
    const end = this.#restBytes + chunk.length > maxLineBytes ? chunk.length : chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return Buffer.alloc(0);
    }
    const block = this.#restBytes === 0 ? chunk.subarray(0, end) : Buffer.concat([...this.#rest, chunk.subarray(0, end)]);
    this.#rest = [];
    this.#restBytes = 0;
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return block;
  }

  /** What was left without a line feed. */
  end(): Buffer {
    const block = Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    return block;
  }

  #keep(piece: Buffer): void {
    this.#rest.push(piece);
    this.#restBytes += piece.length;
  }
}
