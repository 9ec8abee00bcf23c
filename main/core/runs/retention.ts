import type { Settings } from '../../../contract/settings.ts';
import type { Sql, Storage } from '../database/index.ts';
import { clearLoose } from '../blobs/index.ts';
import { clearVersions, hasTooMany } from '../localHistory/index.ts';
import type { RunsFeed } from './feed.ts';
import { findExpired } from './expired.ts';
import { deleteRuns } from './runs.ts';
import { SteadyClock, systemClocks, type Clocks } from './steadyClock.ts';

/** Stored stretches of output that one step deletes; they take a few milliseconds. */
const chunksAtATime = 100;
/** Pages that one step gives back to the system. */
const pagesAtATime = 256;
/** Time between two steps, for others: more while anything runs. */
const pauseMs = 20;
const busyPauseMs = 250;
const everyMs = 60 * 60 * 1000;
/** Between two looks at a clock that is not believed. */
const unsteadyMs = 10 * 60 * 1000;
/** After something happened; long enough that a burst of runs is looked at once. */
const settleMs = 1000;

/** Tables that hold the output of runs, by `run_key`; what finds it goes first. */
const outputTables = ['output_pieces', 'output_segments', 'output_signatures', 'output_chunks'];

/** Deletes a stretch of the output of deleted runs. @returns whether there was any */
function clearOutput(sql: Sql): boolean {
  const gone = sql.get<{ run_key: number }>('SELECT run_key FROM deleted_outputs LIMIT 1');
  if (gone === undefined) return false;
  let left = chunksAtATime;
  for (const table of outputTables) {
    left -= sql.run(`DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE run_key = ? LIMIT ?)`, gone.run_key, left);
    if (left === 0) return true;
  }
  sql.run('DELETE FROM deleted_outputs WHERE run_key = ?', gone.run_key);
  return true;
}

export interface Retention {
  /** Something may be to clear away: begins when there is time. */
  schedule(): void;
  dispose(): void;
}

/** One small step of what `createRetention` does. @returns whether there may be more to do */
export function retentionStep(storage: Storage, settings: Settings, feed: Pick<RunsFeed, 'bump' | 'deleted'>, now = Date.now()): boolean {
  if (storage.read((sql) => findExpired(sql, settings, now)).length > 0) {
    const gone = storage.write((sql) => {
      const found = findExpired(sql, settings, now);
      deleteRuns(sql, found.map(({ key }) => key));
      if (found.length > 0) feed.bump(sql);
      return found.map(({ id }) => id);
    });
    feed.deleted(gone);
    return true;
  }
  const has = (table: string): boolean => storage.read((sql) => sql.get(`SELECT 1 FROM ${table} LIMIT 1`)) !== undefined;
  if (has('deleted_outputs')) return storage.write(clearOutput);
  if (storage.read((sql) => hasTooMany(sql, settings.keepVersionsPerFile))) return storage.write((sql) => clearVersions(sql, settings.keepVersionsPerFile));
  if (has('loose_trees') || has('loose_blobs')) return storage.write(clearLoose);
  const free = storage.read((sql) => sql.get<{ freelist_count: number }>('PRAGMA freelist_count')?.freelist_count ?? 0);
  if (free < pagesAtATime) return false;
  storage.write((sql) => sql.exec(`PRAGMA incremental_vacuum(${pagesAtATime})`));
  return true;
}

/** Deletes what the settings do not keep, clears away what belonged to it and gives the room back; all in small steps. */
export function createRetention(storage: Storage, settings: () => Settings, feed: RunsFeed, clocks: Clocks = systemClocks): Retention {
  const clock = new SteadyClock(storage, clocks);
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;

  function restMs(): number {
    return storage.read((sql) => sql.get("SELECT 1 FROM runs WHERE status = 'running' LIMIT 1")) === undefined ? pauseMs : busyPauseMs;
  }

  function tick(): void {
    timer = undefined;
    let waitMs = everyMs;
    try {
      if (storage.state().state === 'ok') {
        const limits = settings();
        const isSteady = limits.keepRunsDays === 0 || clock.isSteady();
        if (retentionStep(storage, isSteady ? limits : { ...limits, keepRunsDays: 0 }, feed, clocks.now())) waitMs = restMs();
        else if (!isSteady) waitMs = unsteadyMs;
      }
    } catch {
      // The storage reports its own faults; the next time may work.
    }
    wait(waitMs);
  }

  /** An earlier appointment stands. */
  function wait(ms: number): void {
    const at = performance.now() + ms;
    if (timer !== undefined && dueAt <= at) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(tick, ms);
    timer.unref();
  }

  return {
    schedule: () => wait(settleMs),
    dispose: () => clearTimeout(timer),
  };
}
