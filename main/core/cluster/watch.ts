import { z } from 'zod';
import { AppError, toAppError } from '../../../contract/errors.ts';
import type { ClusterClient } from './client.ts';
import { errorOfConnection, KubeStatus } from './errors.ts';
import { linesOf } from './lines.ts';

/** What every object has, as far as a watch reads it. */
const AnyObject = z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string().default(''), resourceVersion: z.string().default('') }) });
const List = z.object({
  metadata: z.object({ resourceVersion: z.string().default(''), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullish().transform((items) => items ?? []),
});
const WatchEvent = z.object({ type: z.string(), object: z.unknown() });

export interface WatchOptions<T> {
  /** Asked again for each list and watch, so that a changed connection is followed. */
  client(): ClusterClient;
  /** Such as `/api/v1/namespaces/NAME/pods`. */
  path: string;
  labelSelector: string;
  parse(object: unknown): T;
  /** The whole state, at first and whenever events may have been missed. */
  onList(objects: T[]): void;
  onChange(object: T, change: 'there' | 'gone'): void;
  /** Nothing is heard any more; it keeps trying. Told once until the next onList. */
  onLost(error: AppError): void;
  /** How often the list is read beside the watch, for what a watch has silently missed; also how soon a dead network is noticed. */
  pollMs?: number;
}

const defaultPollMs = 15_000;
const pollTimeoutMs = 10_000;
const firstRetryMs = 250;
const maxRetryMs = 8_000;
/** The server ends a watch after this; a new one follows. */
const watchSeconds = 290;
const maxLineBytes = 8 * 1024 * 1024;
const pageSize = 500;

export interface Watching {
  /** Reads the list now. */
  poll(): void;
  stop(): void;
}

/**
 * Follows the objects of one kind in one namespace: a list, a watch from there on, and a list now and then. When the watch ends, expired
 * (410) or broke off, it begins again with a list. client-node's own Watch is not used: it aborts healthy watches after 30 s.
 */
export function watchObjects<T>(options: WatchOptions<T>): Watching {
  const { path, labelSelector, parse, onList, onChange, onLost } = options;
  const stopping = new AbortController();
  let isLost = false;
  let retryMs = firstRetryMs;
  let watchFailedAt = Number.NEGATIVE_INFINITY;
  let wake: (() => void) | undefined;

  async function list(signal: AbortSignal, cached: boolean): Promise<string> {
    const client = options.client();
    const items: unknown[] = [];
    let next: string | undefined;
    let version = '';
    do {
      const query = { labelSelector, limit: pageSize, ...(next === undefined ? (cached ? { resourceVersion: '0' } : {}) : { continue: next }) };
      const page = List.parse(await client.request('GET', path, { query, signal, timeoutMs: pollTimeoutMs }));
      items.push(...page.items);
      version = page.metadata.resourceVersion;
      next = page.metadata.continue;
    } while (next !== undefined && next !== '');
    if (stopping.signal.aborted) throw new AppError('CANCELLED', 'The watch was stopped.');
    isLost = false;
    retryMs = firstRetryMs;
    onList(items.map(parse));
    return version;
  }

  /** One watch, until it ends. */
  async function watch(version: string, signal: AbortSignal): Promise<void> {
    const client = options.client();
    const query = { labelSelector, watch: true, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: watchSeconds };
    const stream = await client.stream(path, { query, signal });
    try {
      for await (const lines of linesOf(stream, maxLineBytes)) {
        for (const line of lines) apply(WatchEvent.parse(JSON.parse(line.toString('utf8'))));
      }
    } catch (error) {
      throw errorOfConnection(error, client.server);
    }
  }

  function apply({ type, object }: z.infer<typeof WatchEvent>): void {
    if (stopping.signal.aborted || type === 'BOOKMARK') return;
    if (type === 'ERROR') {
      const status = KubeStatus.parse(object);
      throw new AppError(status.code === 410 ? 'CONFLICT' : 'UNAVAILABLE', `The watch ended: ${status.message}`);
    }
    AnyObject.parse(object);
    onChange(parse(object), type === 'DELETED' ? 'gone' : 'there');
  }

  /** Reads the list again and again beside a watch; its first failure ends the watch too. */
  async function poll(signal: AbortSignal): Promise<never> {
    for (;;) {
      await pause(options.pollMs ?? defaultPollMs, signal);
      await list(signal, true);
    }
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new AppError('CANCELLED', 'The watch was stopped.'));
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        wake = undefined;
        resolve();
      };
      const abort = (): void => {
        clearTimeout(timer);
        reject(new AppError('CANCELLED', 'The watch was stopped.'));
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', abort, { once: true });
      wake = done;
    });
  }

  /** Watches and polls until either fails or the watch ends. */
  async function follow(version: string): Promise<void> {
    const ending = new AbortController();
    const signal = AbortSignal.any([stopping.signal, ending.signal]);
    try {
      await Promise.race([watch(version, signal), poll(signal)]);
    } finally {
      ending.abort();
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const version = await list(stopping.signal, false);
        // A watch that breaks off, or has expired (410), is begun anew; only a list that fails says that the cluster is not heard.
        await follow(version).catch((error: unknown) => {
          if (!(error instanceof AppError)) throw error;
        });
        if (watchFailedAt + firstRetryMs > performance.now()) await pause(firstRetryMs, stopping.signal);
        watchFailedAt = performance.now();
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!isLost) {
          isLost = true;
          onLost(toAppError(error));
        }
        await pause(retryMs, stopping.signal).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, maxRetryMs);
      }
    }
  }

  void run();
  return { poll: () => wake?.(), stop: () => stopping.abort() };
}
