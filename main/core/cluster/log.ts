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
export async function* wholeLines(source: AsyncIterable<unknown>): AsyncGenerator<Buffer, void> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of source) {
    if (!Buffer.isBuffer(chunk) || chunk.length === 0) continue;
    const end = chunk.lastIndexOf(10) + 1;
    if (end > 0) {
      yield restBytes === 0 ? chunk.subarray(0, end) : Buffer.concat([...rest, chunk.subarray(0, end)]);
      rest = [];
      restBytes = 0;
    }
    if (end < chunk.length) {
      rest.push(chunk.subarray(end));
      restBytes += chunk.length - end;
    }
    if (restBytes > maxLineBytes) {
      yield Buffer.concat(rest);
      rest = [];
      restBytes = 0;
    }
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}
