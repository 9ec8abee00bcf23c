import type { RunEvent, RunSummary } from '../../../contract/runs.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Changes, Sql } from '../database/index.ts';
import { Feed, type Events } from '../feed.ts';

/** Tells readers what happens to runs, here and in the other processes on the same database. */
export interface RunsFeed {
  /** Within the transaction of a change. */
  bump(sql: Sql): void;
  /** After its commit. */
  changed(run: RunSummary): void;
  deleted(ids: RunId[]): void;
  /** Calls back with the runs that were deleted here. @returns ends that */
  onDeleted(listener: (ids: readonly RunId[]) => void): () => void;
  /** Much changed at once: read again. */
  reset(): void;
  watch(signal: AbortSignal | undefined): Events<RunEvent>;
  dispose(): void;
}

export function createRunsFeed(changes: Changes): RunsFeed {
  const feed = new Feed<RunEvent>({ type: 'reset' });
  const listeners = new Set<(ids: readonly RunId[]) => void>();
  const unsubscribe = changes.subscribe('runs', () => feed.publish({ type: 'reset' }));
  return {
    bump: (sql) => changes.bump(sql, 'runs'),
    changed: (run) => feed.publish({ type: 'changed', run }),
    deleted: (ids) => {
      feed.publish({ type: 'deleted', ids });
      for (const listener of listeners) listener(ids);
    },
    onDeleted: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reset: () => feed.publish({ type: 'reset' }),
    watch: (signal) => feed.read(signal),
    dispose: () => {
      unsubscribe();
      feed.close();
    },
  };
}
