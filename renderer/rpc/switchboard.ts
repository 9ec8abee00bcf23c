import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client';
import { AppError, toAppError } from '../../contract/errors.ts';
import { deferred } from '../lib/deferred.ts';

/** One connection that is up, and who must hear when it goes away. */
interface Line {
  link: ClientLink<ClientContext>;
  /** A set, not a promise: a promise would hold on to every call ever made on this connection. */
  onGone: Set<() => void>;
}

/**
 * The link that all calls take. It outlives connections: a call made while there is none waits for the next, a call in flight
 * on one that goes away fails with UNAVAILABLE (whether it took effect is then unknown, so repeating is the caller's decision).
 */
export interface Switchboard extends ClientLink<ClientContext> {
  /** A connection is up. @returns call it when that connection is gone. */
  connect(link: ClientLink<ClientContext>): () => void;
  /** No connection is to be expected soon: waiting and new calls fail with this, until the next `connect`. */
  refuse(error: AppError): void;
}

export function createSwitchboard(): Switchboard {
  let line: Line | null = null;
  let refusal: AppError | null = null;
  const waiting = new Set<{ resolve: (line: Line) => void; reject: (error: AppError) => void }>();

  function connect(link: ClientLink<ClientContext>): () => void {
    const mine: Line = { link, onGone: new Set() };
    line = mine;
    refusal = null;
    for (const waiter of waiting) waiter.resolve(mine);
    waiting.clear();
    return () => {
      if (line === mine) line = null;
      for (const tell of mine.onGone) tell();
      mine.onGone.clear();
    };
  }

  function refuse(error: AppError): void {
    refusal = error;
    for (const waiter of waiting) waiter.reject(error);
    waiting.clear();
  }

  function nextLine(signal: AbortSignal | undefined): Promise<Line> {
    if (line !== null) return Promise.resolve(line);
    if (refusal !== null) return Promise.reject(refusal);
    const waiter = deferred<Line>();
    waiting.add(waiter);
    signal?.addEventListener('abort', () => {
      waiting.delete(waiter);
      waiter.reject(cancelled());
    });
    return waiter.promise;
  }

  async function call(path: readonly string[], input: unknown, options: ClientOptions<ClientContext>): Promise<unknown> {
    if (options.signal?.aborted) throw cancelled();
    const taken = await nextLine(options.signal);
    const output = await guarded(taken, taken.link.call(path, input, options), options.signal);
    return isAsyncIterator(output) ? guardIterator(taken, output, options.signal) : output;
  }

  return { connect, refuse, call };
}

/** Settles as the work does, or with UNAVAILABLE once the connection is gone; every failure is an AppError. */
async function guarded<T>(line: Line, work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const result = deferred<T>();
  const drop = (): void => result.reject(connectionLost());
  line.onGone.add(drop);
  work.then(result.resolve, result.reject);
  try {
    return await result.promise;
  } catch (error) {
    if (signal?.aborted) throw cancelled();
    const known = toAppError(error);
    // A socket that closes makes oRPC abort what is in flight a moment before we hear of the close ourselves.
    if (known.code === 'CANCELLED' || known.message.includes('WebSocket is not open')) throw connectionLost();
    throw known;
  } finally {
    line.onGone.delete(drop);
  }
}

async function* guardIterator(
  line: Line,
  iterator: AsyncIterator<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, unknown, undefined> {
  let ended = false;
  try {
    for (;;) {
      const step = await guarded(line, iterator.next(), signal);
      if (step.done === true) {
        ended = true;
        return step.value;
      }
      yield step.value;
    }
  } finally {
    // Tells the core that nobody listens any more; on a dead connection there is nobody to tell.
    if (!ended) iterator.return?.().catch(() => {});
  }
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}

function cancelled(): AppError {
  return new AppError('CANCELLED', 'The call was cancelled.');
}

function connectionLost(): AppError {
  return new AppError('UNAVAILABLE', 'The connection to the core was lost in the middle of a call.', {
    action: 'It reconnects by itself; then try again.',
  });
}
