import { AppError } from '../../../contract/errors.ts';
import type { ClientId, RunId } from '../../../contract/ids.ts';
import type { RunPackage } from '../../../contract/inputs.ts';
import type { contract } from '../../../contract/index.ts';
import { isEnded, type Run, type RunEvent, type RunFilter, type RunStatus, type RunSummary } from '../../../contract/runs.ts';
import type { Sql, Storage } from '../database/index.ts';
import type { Events } from '../feed.ts';
import type { ParsedInput } from '../ports.ts';
import type { RunsFeed } from './feed.ts';
import { countRuns, listRuns } from './list.ts';
import { findOwnRun, findRun, noSuchRun, reviveRun } from './owned.ts';
import { detailColumns, firstLineOf, runColumns, runOf, summaryOf, type DetailsRow, type RunRow } from './rows.ts';
import { setNote, setTags } from './annotations.ts';
import { unindexRun, type TextIndex } from './textIndex.ts';

type Inputs = typeof contract.runs;
export type StartInput = ParsedInput<Inputs['start']>;
export type FinishInput = ParsedInput<Inputs['finish']>;
/** An end that the application itself has seen. */
export type EngineEnd = Omit<FinishInput, 'durationMs' | 'packages'> & { durationMs: number | null };
type UpdateInput = ParsedInput<Inputs['update']>;

export interface RunsDependencies {
  storage: Storage;
  /** This process among those that share the database. */
  coreId: string;
  feed: RunsFeed;
  textIndex: TextIndex;
  /** Packs what is left of a run's output, within the transaction that ends the run. */
  sealOutput(sql: Sql, key: number): void;
  /** Notes what a run could import, within the transaction that ends it. */
  notePackages(sql: Sql, key: number, packages: readonly RunPackage[]): void;
  /** A run's status changed: those who wait for its output look again. */
  outputChanged(id: RunId): void;
  /** A run ended or was deleted: there may be something to clear away. */
  historyChanged(): void;
}

export interface Runs {
  start(input: StartInput, clientId: ClientId): RunSummary;
  finish(input: FinishInput, clientId: ClientId): RunSummary;
  get(id: RunId): Run;
  list(filter: RunFilter, cursor: RunId | null, limit: number): { runs: RunSummary[]; next: RunId | null };
  count(filter: RunFilter, limit: number): number;
  update(input: UpdateInput): RunSummary;
  delete(ids: readonly RunId[]): number;
  watch(signal: AbortSignal | undefined): Events<RunEvent>;
}

export function createRuns(deps: RunsDependencies): Runs {
  const { storage, coreId, feed, textIndex } = deps;
  return {
    start(input, clientId) {
      const { summary, fresh } = storage.write((sql) => {
        const known = sql.get<RunRow & DetailsRow>(`SELECT ${runColumns}, ${detailColumns} FROM runs JOIN run_details USING (key) WHERE id = ?`, input.id);
        if (known !== undefined) return { summary: repeatedStart(known, input, clientId), fresh: false };
        insertRun(sql, input, clientId, coreId);
        feed.bump(sql);
        return { summary: summaryOf(findRun(sql, input.id)), fresh: true };
      });
      if (fresh) {
        feed.changed(summary);
        textIndex.schedule();
      }
      return summary;
    },

    finish(input, clientId) {
      const { summary, fresh } = storage.write((sql) => {
        const row = findOwnRun(sql, input.id, clientId);
        if (isRepeatedFinish(row, input)) return { summary: summaryOf(row), fresh: false };
        reviveRun(sql, row, coreId);
        endRun(sql, row.key, input, deps);
        if (input.packages !== null) deps.notePackages(sql, row.key, input.packages);
        return { summary: summaryOf(findRun(sql, input.id)), fresh: true };
      }, 'power');
      if (fresh) {
        feed.changed(summary);
        deps.outputChanged(input.id);
        deps.historyChanged();
        textIndex.schedule();
      }
      return summary;
    },

    get: (id) =>
      storage.read((sql) => {
        const row = sql.get<RunRow & DetailsRow>(`SELECT ${runColumns}, ${detailColumns} FROM runs JOIN run_details USING (key) WHERE id = ?`, id);
        if (row === undefined) throw noSuchRun(id);
        return runOf(row);
      }),

    list(filter, cursor, limit) {
      if (filter.search !== undefined) textIndex.flush();
      return storage.read((sql) => listRuns(sql, filter, cursor, limit));
    },

    count(filter, limit) {
      if (filter.search !== undefined) textIndex.flush();
      return storage.read((sql) => countRuns(sql, filter, limit));
    },

    update(input) {
      const summary = storage.write((sql) => {
        const row = findRun(sql, input.id);
        if (input.title !== undefined) sql.run('UPDATE runs SET title = ?, indexed = 0 WHERE key = ?', input.title, row.key);
        if (input.pinned !== undefined) sql.run('UPDATE runs SET pinned = ? WHERE key = ?', input.pinned ? 1 : 0, row.key);
        if (input.tags !== undefined) setTags(sql, row.key, input.tags);
        if (input.note !== undefined) setNote(sql, row.key, input.note);
        feed.bump(sql);
        return summaryOf(findRun(sql, input.id));
      }, 'power');
      feed.changed(summary);
      textIndex.schedule();
      return summary;
    },

    delete(ids) {
      const gone = storage.write((sql) => {
        const rows = [...new Set(ids)].flatMap((id) => sql.all<RunRow>(`SELECT ${runColumns} FROM runs WHERE id = ?`, id));
        const running = rows.find((row) => !isEnded(row.status));
        if (running !== undefined) {
          throw new AppError('CONFLICT', `The run "${running.title}" is still running; nothing was deleted.`, { action: 'Stop it first.' });
        }
        const open = rows.find((row) => sql.get("SELECT 1 FROM jobs WHERE key = ? AND phase <> 'done'", row.key) !== undefined);
        if (open !== undefined) {
          throw new AppError('CONFLICT', `What the run "${open.title}" made is still being fetched from its cluster; nothing was deleted.`, { action: 'Wait a moment.' });
        }
        deleteRuns(sql, rows.map((row) => row.key));
        if (rows.length > 0) feed.bump(sql);
        return rows.map((row) => row.id);
      }, 'power');
      if (gone.length > 0) {
        feed.deleted(gone);
        deps.historyChanged();
      }
      return gone.length;
    },

    watch: (signal) => feed.watch(signal),
  };
}

export function insertRun(sql: Sql, input: StartInput, clientId: string, coreId: string, status: RunStatus = 'running'): void {
  const inserted = sql.get<{ key: number }>(
    `INSERT INTO runs (id, engine, status, mode, title, first_line, started_ms, python_version, client_id, core_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key`,
    input.id, input.engine, status, input.mode, input.title, firstLineOf(input.source), Date.now(), input.pythonVersion, clientId, coreId,
  );
  sql.run(
    'INSERT INTO run_details (key, source, path, tab_id, line_offset, argv) VALUES (?, ?, ?, ?, ?, ?)',
    inserted?.key ?? null, input.source, input.path, input.tabId, input.lineOffset, JSON.stringify(input.argv),
  );
}

/** A start that arrives a second time, because its answer was lost, is answered as the first; anything else is a clash. */
function repeatedStart(known: RunRow & DetailsRow, input: StartInput, clientId: ClientId): RunSummary {
  const same =
    known.client_id === clientId &&
    known.engine === input.engine &&
    known.mode === input.mode &&
    known.source === input.source &&
    known.path === input.path &&
    known.tab_id === input.tabId &&
    known.line_offset === input.lineOffset &&
    known.argv === JSON.stringify(input.argv);
  if (same) return summaryOf(known);
  throw new AppError('CONFLICT', `The id ${input.id} belongs to another run already.`, { action: 'Start the run again.' });
}

function isRepeatedFinish(row: RunRow, input: FinishInput): boolean {
  if (row.status === 'running' || row.owner_gone === 1) return false;
  if (row.status === input.status && row.exit_code === input.exitCode && row.error === input.error) return true;
  throw new AppError('CONFLICT', `The run ${row.id} has ended already (${row.status}).`);
}

export function endRun(sql: Sql, key: number, input: EngineEnd, deps: Pick<RunsDependencies, 'sealOutput' | 'feed'>): void {
  deps.sealOutput(sql, key);
  sql.run('UPDATE runs SET status = ?, exit_code = ?, duration_ms = ? WHERE key = ?', input.status, input.exitCode, input.durationMs, key);
  if (input.error !== null) sql.run('UPDATE runs SET error = ?, indexed = 0 WHERE key = ?', input.error, key);
  sql.run('UPDATE run_details SET peak_memory_bytes = ?, frames = ? WHERE key = ?', input.peakMemoryBytes, JSON.stringify(input.frames), key);
  deps.feed.bump(sql);
}

/**
 * Takes runs out of the history. Their output, which may be large, is cleared away in small steps afterwards. The full-text indexes come last: FTS5
 * writes what it has gathered at each savepoint, and a DELETE with triggers is one, so that run by run each would be written by itself.
 */
export function deleteRuns(sql: Sql, keys: readonly number[]): void {
  for (const key of keys) {
    sql.run('INSERT INTO deleted_outputs (run_key) VALUES (?)', key);
    sql.run('DELETE FROM runs WHERE key = ?', key);
  }
  for (const key of keys) unindexRun(sql, key);
}
