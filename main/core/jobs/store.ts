import type { ConnectionId } from '../../../contract/connections.ts';
import { AppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Job, JobPhase } from '../../../contract/jobs.ts';
import type { Changes, Sql, Storage } from '../database/index.ts';
import { jobOf, JobManifest, LogCursor, nextRevision, recordOf, type JobFacts, type JobRecord, type JobRow, type JobState } from './record.ts';

/** Without the manifest, which holds the runner and the files: a hundred kilobytes and more, for a list of all jobs each time. */
const columns = 'jobs.key, runs.id AS run_id, connection_id, server, namespace, job_name, jobs.core_id, phase, queue_order, request, state';
const from = 'FROM jobs JOIN runs USING (key)';
/** A row that keeps its length is changed in its place; else all of it is written again for each line of a log, with the manifest. */
const cursorLength = 200;

export interface NewJob {
  key: number;
  connectionId: ConnectionId;
  server: string;
  namespace: string;
  jobName: string;
  phase: JobPhase;
  facts: JobFacts;
  manifest: JobManifest;
  state: JobState;
  queued: boolean;
}

/** The table of jobs. What takes a `sql` runs within the caller's transaction. */
export interface JobStore {
  insert(sql: Sql, job: NewJob): void;
  /** Null when the run is not one of a cluster. */
  lookUp(runId: RunId): JobRecord | null;
  /** @throws NOT_FOUND */
  find(runId: RunId): JobRecord;
  get(runId: RunId): Job;
  jobsOf(records: readonly JobRecord[]): Job[];
  manifest(runId: RunId): JobManifest;
  live(connectionId?: ConnectionId): JobRecord[];
  queue(connectionId?: ConnectionId): JobRecord[];
  /** Runs of a connection that are neither queued nor done. */
  activeCount(sql: Sql, connectionId: ConnectionId): number;
  /** Stores the state under a new revision. */
  save(sql: Sql, record: JobRecord): void;
  /** This core looks after it from now on. */
  claim(sql: Sql, key: number): void;
  setManifest(sql: Sql, key: number, manifest: JobManifest): void;
  setQueueOrder(sql: Sql, key: number, order: number | null): void;
  cursor(key: number): LogCursor;
  setCursor(sql: Sql, key: number, cursor: LogCursor): void;
  /** Takes jobs over whose core is gone. @returns those that this core now looks after */
  adopt(): JobRecord[];
}

export function createJobStore(storage: Storage, changes: Changes, coreId: string): JobStore {
  function lookUp(runId: RunId): JobRecord | null {
    const row = storage.read((sql) => sql.get<JobRow>(`SELECT ${columns} ${from} WHERE runs.id = ?`, runId));
    return row === undefined ? null : recordOf(row);
  }

  function findRecord(runId: RunId): JobRecord {
    const record = lookUp(runId);
    if (record === null) throw new AppError('NOT_FOUND', `There is no cluster run ${runId}.`);
    return record;
  }

  function listRecords(where: string, ...params: (string | number)[]): JobRecord[] {
    return storage.read((sql) => sql.all<JobRow>(`SELECT ${columns} ${from} WHERE ${where}`, ...params)).map(recordOf);
  }

  /** Places in the queues, by run. */
  function positions(): Map<RunId, number> {
    const rows = storage.read((sql) =>
      sql.all<{ id: RunId; connection_id: string }>(`SELECT runs.id, connection_id ${from} WHERE queue_order IS NOT NULL ORDER BY connection_id, queue_order`),
    );
    const counts = new Map<string, number>();
    return new Map(
      rows.map(({ id, connection_id: connection }) => {
        const place = (counts.get(connection) ?? 0) + 1;
        counts.set(connection, place);
        return [id, place];
      }),
    );
  }

  function jobsOf(records: readonly JobRecord[]): Job[] {
    const places = records.some(({ phase }) => phase === 'queued') ? positions() : new Map<RunId, number>();
    return records.map((record) => jobOf(record, places.get(record.runId) ?? null));
  }

  const nextQueueOrder = (sql: Sql): number => (sql.get<{ last: number | null }>('SELECT max(queue_order) AS last FROM jobs')?.last ?? 0) + 1;

  return {
    insert(sql, job) {
      sql.run(
        `INSERT INTO jobs (key, connection_id, server, namespace, job_name, core_id, phase, queue_order, request, manifest, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        job.key, job.connectionId, job.server, job.namespace, job.jobName, coreId, job.phase, job.queued ? nextQueueOrder(sql) : null,
        JSON.stringify(job.facts), JSON.stringify(job.manifest), JSON.stringify(job.state),
      );
      changes.bump(sql, 'jobs');
    },
    lookUp,
    find: findRecord,
    get(runId) {
      const record = findRecord(runId);
      return jobOf(record, record.phase === 'queued' ? (positions().get(runId) ?? null) : null);
    },
    jobsOf,
    manifest(runId) {
      const row = storage.read((sql) => sql.get<{ manifest: string }>(`SELECT manifest ${from} WHERE runs.id = ?`, runId));
      if (row === undefined) throw new AppError('NOT_FOUND', `There is no cluster run ${runId}.`);
      return JobManifest.parse(JSON.parse(row.manifest));
    },
    live: (connectionId) =>
      connectionId === undefined
        ? listRecords("phase <> 'done' ORDER BY jobs.key")
        : listRecords("phase <> 'done' AND connection_id = ? ORDER BY jobs.key", connectionId),
    queue: (connectionId) =>
      connectionId === undefined
        ? listRecords('queue_order IS NOT NULL ORDER BY connection_id, queue_order')
        : listRecords('queue_order IS NOT NULL AND connection_id = ? ORDER BY queue_order', connectionId),
    activeCount: (sql, connectionId) =>
      sql.get<{ n: number }>("SELECT count(*) AS n FROM jobs WHERE phase NOT IN ('done', 'queued') AND connection_id = ?", connectionId)?.n ?? 0,
    save(sql, { key, phase, state }) {
      state.revision = nextRevision(state.revision);
      sql.run('UPDATE jobs SET phase = ?, state = ? WHERE key = ?', phase, JSON.stringify(state), key);
      changes.bump(sql, 'jobs');
    },
    claim: (sql, key) => void sql.run('UPDATE jobs SET core_id = ? WHERE key = ?', coreId, key),
    setManifest: (sql, key, manifest) => void sql.run('UPDATE jobs SET manifest = ? WHERE key = ?', JSON.stringify(manifest), key),
    setQueueOrder(sql, key, order) {
      sql.run('UPDATE jobs SET queue_order = ? WHERE key = ?', order, key);
      changes.bump(sql, 'jobs');
    },
    cursor: (key) => {
      const row = storage.read((sql) => sql.get<{ cursor: string }>('SELECT cursor FROM jobs WHERE key = ?', key));
      return LogCursor.parse(JSON.parse(row?.cursor ?? '{}'));
    },
    setCursor: (sql, key, cursor) => void sql.run('UPDATE jobs SET cursor = ? WHERE key = ?', JSON.stringify(cursor).padEnd(cursorLength), key),
    adopt: () =>
      storage.write((sql) => {
        const orphans = sql.all<JobRow>(`SELECT ${columns} ${from} WHERE phase <> 'done' AND jobs.core_id <> ? AND jobs.core_id NOT IN (SELECT id FROM cores) ORDER BY jobs.key`, coreId);
        for (const { key } of orphans) {
          sql.run('UPDATE jobs SET core_id = ? WHERE key = ?', coreId, key);
          sql.run('UPDATE runs SET core_id = ? WHERE key = ?', coreId, key);
        }
        return orphans.map(recordOf);
      }),
  };
}
