import type { ConnectionId } from '../../../contract/connections.ts';
import { AppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import { enterPhase, type JobsContext } from './context.ts';
import type { JobRecord } from './record.ts';

export interface Queue {
  /** Lets waiting runs go, as far as there is room. @returns those whose turn has come */
  release(connectionId: ConnectionId): JobRecord[];
  /** Moves a waiting run. @throws NOT_FOUND · CONFLICT */
  reorder(runId: RunId, before: RunId | null): void;
}

/** At most so many runs at once a connection; the others wait in order. All of it is in the database, for all processes on it. */
export function createQueue(context: JobsContext): Queue {
  const { storage, store, runs, connections } = context;

  function maxRunsOf(id: ConnectionId): number {
    // A connection that is gone keeps its queue until it is back.
    return connections.snapshot().connections.find((one) => one.id === id)?.maxRuns ?? 0;
  }

  function tellPlaces(connectionId: ConnectionId): void {
    storage.write((sql) => {
      for (const record of store.queue(connectionId)) store.save(sql, record);
    });
    for (const job of store.jobsOf(store.queue(connectionId))) context.changed(job);
  }

  return {
    release(connectionId) {
      const max = maxRunsOf(connectionId);
      const started = storage.write((sql) => {
        const room = Math.max(0, max - store.activeCount(sql, connectionId));
        const next = room === 0 ? [] : store.queue(connectionId).slice(0, room);
        for (const record of next) {
          enterPhase(record, 'submitting');
          store.setQueueOrder(sql, record.key, null);
          store.save(sql, record);
          store.claim(sql, record.key);
          runs.setRunning(sql, record.runId);
        }
        return next;
      });
      for (const record of started) {
        runs.changed(storage.read((sql) => runs.find(sql, record.runId)));
        context.changed(store.get(record.runId));
      }
      if (started.length > 0) tellPlaces(connectionId);
      return started;
    },

    reorder(runId, before) {
      const record = store.find(runId);
      storage.write((sql) => {
        const waiting = store.queue(record.connectionId);
        const target = before === null ? waiting.length : waiting.findIndex((one) => one.runId === before);
        if (!waiting.some((one) => one.runId === runId)) throw new AppError('CONFLICT', 'This run does not wait any more.');
        if (target === -1) throw new AppError('CONFLICT', 'The run before which it was to stand does not wait on the same connection any more.');
        const others = waiting.filter((one) => one.runId !== runId);
        const at = before === null ? others.length : others.findIndex((one) => one.runId === before);
        const order = before === runId ? waiting : [...others.slice(0, at), record, ...others.slice(at)];
        for (const [place, one] of order.entries()) store.setQueueOrder(sql, one.key, place + 1);
      });
      tellPlaces(record.connectionId);
    },
  };
}
