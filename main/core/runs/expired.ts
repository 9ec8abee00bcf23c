import type { RetentionPreview } from '../../../contract/history.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Settings } from '../../../contract/settings.ts';
import type { Sql } from '../database/index.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Runs that one step deletes; they take a few milliseconds. */
const runsAtATime = 50;
const rowsAtATime = 1000;
/** A pod that holds files which could not be fetched does so for seven days at most (a profile's `holdSeconds`). */
const mostHoldMs = 8 * dayMs;

export type Limits = Pick<Settings, 'keepRunsDays' | 'keepRunsCount' | 'keepOutputMegabytes'>;

interface Old {
  key: number;
  id: RunId;
}

/** Runs that may be deleted: ended, not pinned, and with nothing in a cluster that is still to be fetched. */
function disposable(now: number): string {
  return `(pinned = 0 AND status NOT IN ('running', 'queued') AND NOT EXISTS (
    SELECT 1 FROM jobs WHERE jobs.key = runs.key AND (phase <> 'done' OR (runs.started_ms > ${now - mostHoldMs}
      AND json_extract(state, '$.artifacts.state') = 'failed' AND json_extract(state, '$.artifacts.retryable')))))`;
}

/** The next runs that the settings do not keep, oldest first: those that are too old, then those that are too many, then those whose output is too much. */
export function findExpired(sql: Sql, settings: Limits, now: number): Old[] {
  const { keepRunsDays, keepRunsCount, keepOutputMegabytes } = settings;
  if (keepRunsDays > 0) {
    const found = sql.all<Old>(`SELECT key, id FROM runs WHERE started_ms < ? AND ${disposable(now)} ORDER BY key LIMIT ?`, now - keepRunsDays * dayMs, runsAtATime);
    if (found.length > 0) return found;
  }
  if (keepRunsCount > 0) {
    const last = sql.get<{ key: number }>('SELECT key FROM runs WHERE pinned = 0 ORDER BY key DESC LIMIT 1 OFFSET ?', keepRunsCount);
    if (last !== undefined) {
      const found = sql.all<Old>(`SELECT key, id FROM runs WHERE key <= ? AND ${disposable(now)} ORDER BY key LIMIT ?`, last.key, runsAtATime);
      if (found.length > 0) return found;
    }
  }
  return keepOutputMegabytes > 0 ? findLarge(sql, keepOutputMegabytes * 1_000_000, now) : [];
}

/** The oldest runs of which each, with all that are newer, has more output than is kept. The newest of all stays. */
function findLarge(sql: Sql, most: number, now: number): Old[] {
  let left = sql.get<{ bytes: number | null }>('SELECT sum(stored_bytes) AS bytes FROM runs WHERE pinned = 0')?.bytes ?? 0;
  const newest = sql.get<{ key: number | null }>('SELECT max(key) AS key FROM runs')?.key ?? 0;
  const found: Old[] = [];
  for (let after = 0; ; ) {
    const rows = sql.all<Old & { bytes: number; isDisposable: number }>(
      `SELECT key, id, stored_bytes AS bytes, ${disposable(now)} AS isDisposable FROM runs WHERE key > ? AND pinned = 0 AND stored_bytes > 0 ORDER BY key LIMIT ?`,
      after, rowsAtATime,
    );
    for (const { key, id, bytes, isDisposable } of rows) {
      if (left <= most || found.length >= runsAtATime) return found;
      left -= bytes;
      if (isDisposable === 1 && key < newest) found.push({ key, id });
    }
    const last = rows.at(-1);
    if (last === undefined) return found;
    after = last.key;
  }
}

/** Keys of the runs that these settings would delete now, in the way that findExpired goes. Parameters: oldest start, runs, bytes of output. */
const doomed = (now: number): string => `
  WITH aging AS (SELECT key, stored_bytes, ${disposable(now)} AS free, ${disposable(now)} AND started_ms < ? AS gone FROM runs WHERE pinned = 0),
  counted AS (SELECT key, stored_bytes, free, gone OR (free AND row_number() OVER (PARTITION BY gone ORDER BY key DESC) > ?) AS gone FROM aging),
  summed AS (SELECT key, stored_bytes, free, gone, sum(CASE WHEN gone THEN 0 ELSE stored_bytes END) OVER (ORDER BY key DESC) AS total FROM counted),
  doomed AS MATERIALIZED (SELECT key FROM summed WHERE gone OR (free AND total > ? AND stored_bytes > 0 AND key < (SELECT max(key) FROM runs)))`;

type RunsPreview = Pick<RetentionPreview, 'runs' | 'outputBytes' | 'artifactBytes' | 'fromMs' | 'toMs'>;

/** What the settings would delete now. @param settings those that are not applied yet */
export function previewRetention(sql: Sql, settings: Limits & Pick<Settings, 'keepVersionsPerFile'>, now: number): RetentionPreview {
  const { keepRunsDays, keepRunsCount, keepOutputMegabytes, keepVersionsPerFile } = settings;
  const limits = [
    keepRunsDays === 0 ? Number.MIN_SAFE_INTEGER : now - keepRunsDays * dayMs,
    keepRunsCount === 0 ? Number.MAX_SAFE_INTEGER : keepRunsCount,
    keepOutputMegabytes === 0 ? Number.MAX_SAFE_INTEGER : keepOutputMegabytes * 1_000_000,
  ];
  const runs = sql.get<RunsPreview>(
    `${doomed(now)} SELECT count(*) AS runs, coalesce(sum(stored_bytes), 0) AS outputBytes, min(started_ms) AS fromMs, max(started_ms) AS toMs,
       coalesce(sum((SELECT json_extract(state, '$.artifacts.bytes') FROM jobs WHERE jobs.key = runs.key AND json_extract(state, '$.artifacts.state') = 'fetched')), 0) AS artifactBytes
     FROM doomed JOIN runs USING (key)`,
    ...limits,
  ) ?? { runs: 0, outputBytes: 0, artifactBytes: 0, fromMs: null, toMs: null };
  const versionLimit = keepVersionsPerFile === 0 ? Number.MAX_SAFE_INTEGER : keepVersionsPerFile;
  const oldVersions = `SELECT version FROM (SELECT version, row_number() OVER (PARTITION BY path ORDER BY saved_ms DESC, version DESC) AS place FROM file_versions) WHERE place > ?`;
  const versions = sql.get<{ n: number }>(`SELECT count(*) AS n FROM (${oldVersions})`, versionLimit)?.n ?? 0;
  if (runs.runs === 0 && versions === 0) return { ...runs, versions, fileBytes: 0 };
  // Contents that would be referred to by nothing that stays.
  const files = sql.get<{ bytes: number | null }>(
    `${doomed(now)}, old AS MATERIALIZED (${oldVersions}),
     trees AS MATERIALIZED (SELECT DISTINCT tree FROM run_inputs WHERE key IN (SELECT key FROM doomed) AND tree IS NOT NULL
       EXCEPT SELECT tree FROM run_inputs WHERE key NOT IN (SELECT key FROM doomed) AND tree IS NOT NULL),
     going AS MATERIALIZED (SELECT blob FROM tree_files WHERE tree IN (SELECT tree FROM trees) AND blob IS NOT NULL
       UNION SELECT blob FROM file_versions WHERE version IN (SELECT version FROM old))
     SELECT sum(length(data)) AS bytes FROM blobs WHERE blob IN (SELECT blob FROM going)
       AND NOT EXISTS (SELECT 1 FROM tree_files WHERE tree_files.blob = blobs.blob AND tree NOT IN (SELECT tree FROM trees))
       AND NOT EXISTS (SELECT 1 FROM file_versions WHERE file_versions.blob = blobs.blob AND version NOT IN (SELECT version FROM old))`,
    ...limits, versionLimit,
  );
  return { ...runs, versions, fileBytes: files?.bytes ?? 0 };
}
