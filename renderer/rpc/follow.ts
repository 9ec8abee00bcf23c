import { toAppError, type AppError } from '../../contract/errors.ts';
import { backoffMs } from './backoff.ts';

interface FollowOptions {
  /** What to do when the stream cannot be had at all (any error but UNAVAILABLE and CANCELLED); then it is over. */
  onError?: (error: AppError) => void;
  /** Called each time before the stream is opened, the first time and again after a lost connection. */
  onOpen?: () => void;
}

/**
 * Reads a stream of the core as long as it is wanted, over lost connections: it opens the stream again when it ends early.
 *
 * @param open opens the stream: `(signal) => core.settings.watch(undefined, { signal })`
 * @returns stops it
 */
export function follow<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onEvent: (event: T) => void,
  options: FollowOptions = {},
): () => void {
  const controller = new AbortController();
  void run();
  return () => controller.abort();

  async function run(): Promise<void> {
    for (let attempt = 0; !controller.signal.aborted; attempt++) {
      try {
        options.onOpen?.();
        for await (const event of await open(controller.signal)) {
          if (controller.signal.aborted) return;
          attempt = 0;
          onEvent(event);
        }
      } catch (caught) {
        const error = toAppError(caught);
        if (controller.signal.aborted || error.code === 'CANCELLED') return;
        if (!error.retryable && error.code !== 'UNAUTHENTICATED') {
          options.onError?.(error);
          return;
        }
      }
      await pause(backoffMs(attempt));
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      controller.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      }, { once: true });
    });
  }
}
