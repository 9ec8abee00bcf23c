import type { RunId } from '../../../contract/ids.ts';
import type { RetentionPreview } from '../../../contract/history.ts';
import type { Settings } from '../../../contract/settings.ts';
import type { Sql, Storage } from '../database/index.ts';
import { clearLoose } from '../blobs/index.ts';
import { clearVersions, hasTooMany } from '../localHistory/index.ts';
import type { RunsFeed } from './feed.ts';
import { deleteRun } from './runs.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Runs, and stored stretches of output, that one step deletes; each takes a few milliseconds. */
const runsAtATime = 50;
const chunksAtATime = 100;
/** Pages that one step gives back to the system. */
const pagesAtATime = 256;
/** Time between two steps, for others: more while anything runs. */
const pauseMs = 20;
const busyPauseMs = 250;
const everyMs = 60 * 60 * 1000;
/** After something happened; long enough that a burst of runs is looked at once. */
const settleMs = 1000;

type Limits = Pick<Settings, 'keepRunsDays' | 'keepRunsCount' | 'keepOutputMegabytes'>;

interface Old {
  key: number;
  id: RunId;
}

const disposable = "pinned = 0 AND status NOT IN ('running', 'queued')";

/** The next runs that the settings do not keep, oldest first. */
export function findExpired(sql: Sql, settings: Limits, now: number): Old[] {
  const { keepRunsDays, keepRunsCount, keepOutputMegabytes } = settings;
  if (keepRunsDays > 0) {
    const found = sql.all<Old>(`SELECT key, id FROM runs WHERE ${disposable} AND started_ms < ? ORDER BY key LIMIT ?`, now - keepRunsDays * dayMs, runsAtATime);
    if (found.length > 0) return found;
  }
  if (keepRunsCount > 0) {
    const last = sql.get<{ key: number }>('SELECT key FROM runs WHERE pinned = 0 ORDER BY key DESC LIMIT 1 OFFSET ?', keepRunsCount);
    if (last !== undefined) {
      const found = sql.all<Old>(`SELECT key, id FROM runs WHERE ${disposable} AND key <= ? ORDER BY key LIMIT ?`, last.key, runsAtATime);
      if (found.length > 0) return found;
    }
  }
  if (keepOutputMegabytes > 0) {
    return sql.all<Old>(
      `SELECT key, id FROM (SELECT key, id, status, stored_bytes, pinned, sum(stored_bytes) OVER (ORDER BY key DESC) AS total FROM runs WHERE pinned = 0)
       WHERE total > ? AND stored_bytes > 0 AND key < (SELECT max(key) FROM runs) AND ${disposable} ORDER BY key LIMIT ?`,
      keepOutputMegabytes * 1_000_000, runsAtATime,
    );
  }
  return [];
}

/** What the settings would delete now. @param settings those that are not applied yet */
export function previewRetention(sql: Sql, settings: Limits, now: number): RetentionPreview {
  const { keepRunsDays, keepRunsCount, keepOutputMegabytes } = settings;
  const last = keepRunsCount === 0 ? undefined : sql.get<{ key: number }>('SELECT key FROM runs WHERE pinned = 0 ORDER BY key DESC LIMIT 1 OFFSET ?', keepRunsCount);
  const oldest = keepRunsDays === 0 ? -1 : now - keepRunsDays * dayMs;
  const most = keepOutputMegabytes === 0 ? Number.MAX_SAFE_INTEGER : keepOutputMegabytes * 1_000_000;
  const row = sql.get<RetentionPreview>(
    `SELECT count(*) AS runs, coalesce(sum(stored_bytes), 0) AS outputBytes, min(started_ms) AS fromMs, max(started_ms) AS toMs FROM (
       SELECT key, started_ms, stored_bytes, status, pinned,
         sum(CASE WHEN started_ms < ? OR key <= ? THEN 0 ELSE stored_bytes END) OVER (ORDER BY key DESC) AS total
       FROM runs WHERE pinned = 0)
     WHERE ${disposable} AND (started_ms < ? OR key <= ? OR (total > ? AND stored_bytes > 0 AND key < (SELECT max(key) FROM runs)))`,
    oldest, last?.key ?? -1, oldest, last?.key ?? -1, most,
  );
  return row ?? { runs: 0, outputBytes: 0, fromMs: null, toMs: null };
}

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
export function retentionStep(storage: Storage, settings: Settings, feed: Pick<RunsFeed, 'bump' | 'deleted'>): boolean {
  const now = Date.now();
  if (storage.read((sql) => findExpired(sql, settings, now)).length > 0) {
    const gone = storage.write((sql) => {
      const found = findExpired(sql, settings, now);
      for (const { key } of found) deleteRun(sql, key);
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
export function createRetention(storage: Storage, settings: () => Settings, feed: RunsFeed): Retention {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;

  function restMs(): number {
    return storage.read((sql) => sql.get("SELECT 1 FROM runs WHERE status = 'running' LIMIT 1")) === undefined ? pauseMs : busyPauseMs;
  }

  function tick(): void {
    timer = undefined;
    let waitMs = everyMs;
    try {
      if (storage.state().state === 'ok' && retentionStep(storage, settings(), feed)) waitMs = restMs();
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
