
/**
 * Hands events to any number of readers, each with a queue of its own. A reader that falls behind loses its queue and gets
 * one `overflow` event instead, so that memory stays bounded.
 */
export class Feed<Event> {
  readonly #readers = new Set<(event: Event) => void>();

  readonly #overflow: Event;
  readonly #maxQueued: number;

  /** @param maxQueued how many events a reader may be behind */
  constructor(overflow: Event, maxQueued = 256) {
    this.#overflow = overflow;
    this.#maxQueued = maxQueued;
  }

  publish(event: Event): void {
    for (const push of this.#readers) push(event);
  }

  /** Events from now on (the subscription begins at the call, not at the first `next`), until the signal aborts. */
  read(signal: AbortSignal | undefined): AsyncGenerator<Event, void> {
    const queue: Event[] = [];
    let wake: (() => void) | undefined;
    const push = (event: Event): void => {
      if (queue.length >= this.#maxQueued) queue.splice(0, queue.length, this.#overflow);
      else queue.push(event);
      wake?.();
    };
    this.#readers.add(push);
    const stop = (): void => {
      this.#readers.delete(push);
      wake?.();
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    const readers = this.#readers;

    async function* events(): AsyncGenerator<Event, void> {
      try {
        while (true) {
          const event = queue.shift();
          if (event !== undefined) yield event;
          else if (!readers.has(push)) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        signal?.removeEventListener('abort', stop);
        stop();
      }
    }
    return events();
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Ends all readers. */
  close(): void {
    for (const push of [...this.#readers]) {
      this.#readers.delete(push);
      push(this.#overflow);
    }
  }
}

/** A value now, and after each change: a reader that falls behind gets the newest alone. */
export async function* watchValue<T>(changes: Feed<null>, current: () => T, signal: AbortSignal | undefined): AsyncGenerator<T, void> {
  const events = changes.read(signal);
  yield current();
  for await (const _ of events) yield current();
}
