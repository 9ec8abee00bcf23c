import type { TransferProgress } from '../../../contract/transfer.ts';
import { eventsOf, type Events } from '../feed.ts';

/**
 * Runs a long work and tells how far it is: a reader that falls behind gets the newest alone. Leaving the events, or the signal, ends the work; its
 * error ends the events.
 */
export function progressOf(work: (tell: (state: TransferProgress) => void, signal: AbortSignal) => Promise<void>, signal: AbortSignal | undefined): Events<TransferProgress> {
  const left = new AbortController();
  const stop = signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]);
  let newest: TransferProgress | null = null;
  let isOver = false;
  let wake: () => void = () => undefined;
  const tell = (state: TransferProgress): void => {
    newest = state;
    wake();
  };
  const running = work(tell, stop);
  const over = (): void => {
    isOver = true;
    wake();
  };
  running.then(over, over);
  return eventsOf(
    async (): Promise<IteratorResult<TransferProgress, void>> => {
      for (;;) {
        if (newest !== null) {
          const value: TransferProgress = newest;
          newest = null;
          return { done: false, value };
        }
        if (isOver) {
          await running;
          return { done: true, value: undefined };
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    () => left.abort(),
  );
}
