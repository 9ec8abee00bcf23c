import { create } from 'zustand';
import { newId, type RunFilter, type SavedSearch, type SearchDates } from '../../contract/index.ts';
import { dateRange } from './dates.ts';
import { history } from './historyStore.ts';
import { core, follow } from '../rpc/index.ts';
import { reportError } from '../ui/index.ts';

interface SearchesState {
  searches: readonly SavedSearch[];
  /** Those that runs have. */
  tags: readonly string[];
  /** What the filter's times stand for. */
  dates: SearchDates;
  /** Counts the filters that took the place of the whole last one: what is being typed into the search field goes with that. */
  replaced: number;
}

export const useSearches = create<SearchesState>()(() => ({ searches: [], tags: [], dates: 'all', replaced: 0 }));

/** Follows the saved searches. @returns stops it */
export function followSearches(): () => void {
  return follow(
    (signal) => core.history.watchSearches(undefined, { signal }),
    ({ searches }) => useSearches.setState({ searches }),
    { onError: reportError },
  );
}

export async function loadTags(): Promise<void> {
  const { tags } = await core.history.tags();
  useSearches.setState({ tags: tags.map(({ tag }) => tag) });
}

/** Saves a search; one of the same name is replaced. */
export async function saveSearch(name: string, { fromMs: _from, toMs: _to, ...filter }: RunFilter): Promise<void> {
  const same = useSearches.getState().searches.find((search) => search.name.toLowerCase() === name.toLowerCase());
  await core.history.saveSearch({ id: same?.id ?? newId(), name, filter, dates: useSearches.getState().dates });
}

/** Shows what a saved search finds now. */
export async function applySearch({ filter, dates }: SavedSearch): Promise<void> {
  useSearches.setState(({ replaced }) => ({ dates, replaced: replaced + 1 }));
  await history.setFilter({ ...filter, ...dateRange(dates, new Date()) });
}

/** Shows all runs. */
export async function clearSearch(): Promise<void> {
  useSearches.setState(({ replaced }) => ({ dates: 'all', replaced: replaced + 1 }));
  await history.setFilter({});
}

export async function deleteSearch(id: string): Promise<void> {
  await core.history.deleteSearch({ id });
}
