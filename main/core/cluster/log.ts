import { finished } from 'node:stream/promises';
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
 * Reads a container's log and gives it as blocks of whole lines, each line with its \n (the last may lack it), as they arrive. It ends when the container
 * has ended and all was sent, or when the kubelet rotates the file under a slow reader: who needs all must be able to tell.
 * client-node's own Log is not used: it pipes without an error handler.
 * @param onBlock is called in the turn of the event loop in which the bytes have come: an asynchronous iterator costs a line more than all that is done with it
 * there. It gives whether more is wanted. Nothing more is read while that is a promise; its errors end the reading
 * @throws AppError also in the middle, when the connection breaks off
 */
export async function followLog(client: ClusterClient, { namespace, pod, signal, ...query }: LogRequest, onBlock: (block: Buffer) => boolean | Promise<boolean>): Promise<void> {
  const stream = await client.stream(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, { query, signal });
  const joiner = new LineJoiner();
  let isWanted = true;
  let taking: Promise<void> | undefined;

  function give(blocks: readonly Buffer[]): void {
    for (const [index, block] of blocks.entries()) {
      const answer = onBlock(block);
      if (typeof answer !== 'boolean') {
        taking = giveAfter(answer, blocks.slice(index + 1));
        // Its error is told where the stream's end is waited for.
        taking.catch(() => stream.destroy());
        return;
      }
      isWanted = answer;
      if (!isWanted) return void stream.destroy();
    }
  }

  async function giveAfter(answer: Promise<boolean>, blocks: readonly Buffer[]): Promise<void> {
    stream.pause();
    isWanted = await answer;
    for (const block of blocks) isWanted &&= await onBlock(block);
    if (isWanted) stream.resume();
    else stream.destroy();
  }

  stream.on('data', (chunk: unknown) => {
    try {
      if (Buffer.isBuffer(chunk)) give(joiner.push(chunk));
    } catch (error) {
      taking = Promise.reject(error);
      taking.catch(() => stream.destroy());
    }
  });
  const failure = await finished(stream, { writable: false }).then(
    () => null,
    (error: unknown) => errorOfConnection(error, client.server),
  );
  await taking;
  if (!isWanted) return;
  if (failure !== null) throw failure;
  const rest = joiner.end();
  if (rest.length > 0) await onBlock(rest);
}

/** Keeps back the end of a chunk that is not a whole line yet. */
export class LineJoiner {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** @returns blocks of whole lines, with their line feeds; none if there is none yet */
  push(chunk: Buffer): Buffer[] {
    const end = this.#restBytes + chunk.length > maxLineBytes ? chunk.length : chunk.lastIndexOf(10) + 1;
    const blocks: Buffer[] = [];
    let begin = 0;
    if (end > 0 && this.#restBytes > 0) {
      // Only the torn line is copied: in a flood a copy of every chunk would be as much garbage again.
      const feed = chunk.indexOf(10);
      begin = feed === -1 ? end : feed + 1;
      this.#keep(chunk.subarray(0, begin));
      blocks.push(this.end());
    }
    if (begin < end) blocks.push(chunk.subarray(begin, end));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return blocks;
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
