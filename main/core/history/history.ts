import type { Comparison, RetentionPreview, SavedSearch, Statistics } from '../../../contract/history.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Changes, Storage } from '../database/index.ts';
import type { Events } from '../feed.ts';
import type { Log } from '../ports.ts';
import type { Inputs } from '../inputs/index.ts';
import type { Output } from '../output/index.ts';
import { previewRetention, type Runs, type TextIndex } from '../runs/index.ts';
import { compareRuns } from './compare.ts';
import { createSavedSearches } from './savedSearches.ts';
import { readStatistics } from './statistics.ts';

export interface HistoryDependencies {
  storage: Storage;
  changes: Changes;
  textIndex: TextIndex;
  runs: Pick<Runs, 'get'>;
  inputs: Pick<Inputs, 'get'>;
  output: Pick<Output, 'read' | 'index'>;
  log: Log;
}

/** What is asked of the history as a whole. */
export interface History {
  tags(): { tag: string; runs: number }[];
  watchSearches(signal: AbortSignal | undefined): Events<{ searches: SavedSearch[] }>;
  /** They were changed elsewhere in this process. */
  searchesChanged(): void;
  saveSearch(search: SavedSearch): SavedSearch;
  deleteSearch(id: string): void;
  statistics(dayStartsMs: readonly number[]): Statistics;
  retentionPreview(limits: Parameters<typeof previewRetention>[1]): RetentionPreview;
  compare(left: RunId, right: RunId, signal: AbortSignal | undefined): Promise<Comparison>;
  dispose(): void;
}

export function createHistory(deps: HistoryDependencies): History {
  const { storage, changes, textIndex, log } = deps;
  const searches = createSavedSearches(storage, changes, log);
  return {
    tags: () => storage.read((sql) => sql.all<{ tag: string; runs: number }>('SELECT tag, count(*) AS runs FROM run_tags GROUP BY tag ORDER BY tag')),
    watchSearches: searches.watch,
    searchesChanged: searches.changed,
    saveSearch: searches.save,
    deleteSearch: searches.delete,
    statistics(dayStartsMs) {
      // Which modules a source imports is noted when it is indexed.
      textIndex.flush();
      return storage.read((sql) => readStatistics(sql, dayStartsMs));
    },
    retentionPreview: (limits) => storage.read((sql) => previewRetention(sql, limits, Date.now())),
    compare: (left, right, signal) => compareRuns(deps, left, right, signal),
    dispose: searches.dispose,
  };
}
