import type { Sql } from './sql.ts';
import type { Storage } from './storage.ts';

/** What a process tells the others that share its database about: something of this kind has changed. */
export type Topic = 'runs' | 'settings' | 'notices' | 'connections' | 'jobs' | 'searches';

/** How often others' changes are looked for while anyone wants to know, in milliseconds. */
const pollMs = 500;

export interface Changes {
  /** Notes, within the transaction that makes it, a change that other processes must hear of. */
  bump(sql: Sql, topic: Topic): void;
  /** Calls back when another process changed something of that kind; `any` for every commit of another. @returns ends that */
  subscribe(topic: Topic | 'any', listener: () => void): () => void;
  /** Looks now; the timer does it as well. */
  poll(): void;
  dispose(): void;
}

/**
 * Notices commits of other processes: SQLite's data_version moves with them and not with our own (sqlite.org/pragma.html),
 * and the table `changes` tells which kinds were meant for us, so that heartbeats and appends make nobody read again.
 */
export function createChanges(storage: Storage): Changes {
  const listeners = new Map<() => void, Topic | 'any'>();
  const known = new Map<Topic, number>();
  let dataVersion = -1;
  let timer: NodeJS.Timeout | undefined;

  function readVersions(): { topic: Topic; version: number }[] {
    return storage.read((sql) => sql.all<{ topic: Topic; version: number }>('SELECT topic, version FROM changes'));
  }

  function readDataVersion(): number {
    return storage.read((sql) => sql.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0);
  }

  function tell(topic: Topic | 'any'): void {
    for (const [listener, wanted] of [...listeners]) if (wanted === topic) listener();
  }

  function poll(): void {
    const now = readDataVersion();
    if (now === dataVersion) return;
    dataVersion = now;
    const changed = readVersions().filter(({ topic, version }) => known.get(topic) !== version);
    for (const { topic, version } of changed) known.set(topic, version);
    for (const { topic } of changed) tell(topic);
    tell('any');
  }

  function readAll(): void {
    dataVersion = readDataVersion();
    for (const { topic, version } of readVersions()) known.set(topic, version);
  }

  readAll();
  storage.onReplaced(() => {
    readAll();
    for (const listener of [...listeners.keys()]) listener();
  });

  return {
    bump(sql, topic) {
      const version = sql.get<{ version: number }>('UPDATE changes SET version = version + 1 WHERE topic = ? RETURNING version', topic)?.version ?? 0;
      // Another's bump in between stays unequal, and the next poll tells of it.
      if (known.get(topic) === version - 1) known.set(topic, version);
    },
    subscribe(topic, listener) {
      // A wrapper, so that one function may subscribe twice.
      const own = (): void => listener();
      listeners.set(own, topic);
      if (timer === undefined) {
        timer = setInterval(() => {
          try {
            poll();
          } catch {
            // The storage has told its own listeners of the fault; the next poll may work.
          }
        }, pollMs);
        timer.unref();
      }
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    poll,
    dispose() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}
