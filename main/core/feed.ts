/** Events as procedures give them: may be left at any time, also while the next one is awaited. */
export type Events<T> = AsyncIteratorObject<T, void>;

/**
 * Makes a stream of a way to get the next event. A generator would not do: it cannot be left while it waits, and
 * one that is left before its first event never cleans up.
 *
 * @param leave called once or more when nobody reads any longer
 */
export function eventsOf<T>(next: () => Promise<IteratorResult<T, void>>, leave: () => void): Events<T> {
  return {
    next,
    return: async () => {
      leave();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => leave(),
  };
}

/**
 * Hands events to any number of readers, each with a queue of its own. A reader that falls behind loses its queue and gets
 * one `overflow` event instead, so that memory stays bounded.
 */
export class Feed<Event> {
  readonly #readers = new Map<(event: Event) => void, () => void>();
  readonly #overflow: Event;
  readonly #maxQueued: number;

  /** @param maxQueued how many events a reader may be behind */
  constructor(overflow: Event, maxQueued = 256) {
    this.#overflow = overflow;
    this.#maxQueued = maxQueued;
  }

  publish(event: Event): void {
    for (const push of this.#readers.keys()) push(event);
  }

  /** Events from now on (the subscription begins at the call, not at the first `next`), until the signal aborts. */
  read(signal: AbortSignal | undefined): Events<Event> {
    const queue: Event[] = [];
    const waiting: ((result: IteratorResult<Event, void>) => void)[] = [];
    const push = (event: Event): void => {
      const waiter = waiting.shift();
      if (waiter !== undefined) waiter({ done: false, value: event });
      else if (queue.length >= this.#maxQueued) queue.splice(0, queue.length, this.#overflow);
      else queue.push(event);
    };
    const leave = (): void => {
      this.#readers.delete(push);
      signal?.removeEventListener('abort', leave);
      queue.length = 0;
      for (const waiter of waiting.splice(0)) waiter({ done: true, value: undefined });
    };
    this.#readers.set(push, leave);
    signal?.addEventListener('abort', leave);
    if (signal?.aborted === true) leave();

    return eventsOf(async () => {
      const event = queue.shift();
      if (event !== undefined) return { done: false, value: event };
      if (!this.#readers.has(push)) return { done: true, value: undefined };
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    }, leave);
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Ends all readers. */
  close(): void {
    for (const leave of this.#readers.values()) leave();
  }
}

/** A value now, and after each change: a reader that falls behind gets the newest alone. */
export function watchValue<T>(changes: Feed<null>, current: () => T, signal: AbortSignal | undefined): Events<T> {
  const events = changes.read(signal);
  let isFirst = true;
  return eventsOf(
    async (): Promise<IteratorResult<T, void>> => {
      if (isFirst) {
        isFirst = false;
        return { done: false, value: current() };
      }
      const { done } = await events.next();
      return done === true ? { done, value: undefined } : { done: false, value: current() };
    },
    () => void events.return?.(),
  );
}
