import type { RunId } from '../../../contract/ids.ts';
import type { Run, RunSummary } from '../../../contract/runs.ts';
import type { Sql } from '../database/index.ts';
import { findRun } from './owned.ts';
import { summaryOf } from './rows.ts';
import { endRun, insertRun, type EngineEnd, type RunsDependencies, type StartInput } from './runs.ts';

/** Stands where a window's id stands for runs that belong to the application itself: no window may append to or finish them. */
const noWindow = 'application';

/** Runs that the core looks after itself. All but `changed` are called within the caller's transaction. */
export interface EngineRuns {
  /** Records a run. @returns its key, which the engine's own tables share */
  insert(sql: Sql, input: StartInput, status: 'queued' | 'running'): number;
  find(sql: Sql, id: RunId): RunSummary;
  /** A run with its source. */
  get(id: RunId): Run;
  /** Its turn has come, or another core has taken it over. */
  setRunning(sql: Sql, id: RunId): void;
  setPythonVersion(sql: Sql, id: RunId, version: string): void;
  /** `durationMs` is null for a run that never began. */
  end(sql: Sql, input: EngineEnd): void;
  /** Calls back with the runs that were deleted here. @returns ends that */
  onDeleted(listener: (ids: readonly RunId[]) => void): () => void;
  /** After the commit: tells readers of the history and of the output. */
  changed(run: RunSummary): void;
}

export function createEngineRuns(deps: Pick<RunsDependencies, 'coreId' | 'feed' | 'textIndex' | 'sealOutput' | 'outputChanged'> & { get(id: RunId): Run }): EngineRuns {
  const { coreId, feed } = deps;
  return {
    insert(sql, input, status) {
      insertRun(sql, input, noWindow, coreId, status);
      feed.bump(sql);
      return findRun(sql, input.id).key;
    },
    find: (sql, id) => summaryOf(findRun(sql, id)),
    get: deps.get,
    setRunning(sql, id) {
      sql.run("UPDATE runs SET status = 'running', core_id = ? WHERE id = ?", coreId, id);
      feed.bump(sql);
    },
    setPythonVersion(sql, id, version) {
      sql.run('UPDATE runs SET python_version = ? WHERE id = ?', version, id);
      feed.bump(sql);
    },
    end: (sql, input) => endRun(sql, findRun(sql, input.id).key, input, deps),
    onDeleted: feed.onDeleted,
    changed(run) {
      feed.changed(run);
      deps.outputChanged(run.id);
      deps.textIndex.schedule();
    },
  };
}
