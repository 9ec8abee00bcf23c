import { create } from 'zustand';
import type { RunId, TabId } from '../../contract/index.ts';

/** What a tab's kernel is doing for this window: `starting` until the start is on disk and Python has the source. */
export type TabRun =
  | { phase: 'starting'; runId: RunId }
  | { phase: 'running'; runId: RunId }
  | { phase: 'stopping'; runId: RunId };

interface RunsState {
  /** Tabs that run something; a tab that is not in here is free. */
  byTab: ReadonlyMap<TabId, TabRun>;
  /** Counts the runs that ended in this window: what depends on variables looks again when it changes. */
  ended: number;
}

export const useRunsStore = create<RunsState>()(() => ({ byTab: new Map(), ended: 0 }));

export function setTabRun(tabId: TabId, run: TabRun | null): void {
  useRunsStore.setState((state) => {
    const byTab = new Map(state.byTab);
    if (run === null) byTab.delete(tabId);
    else byTab.set(tabId, run);
    return { byTab, ended: run === null ? state.ended + 1 : state.ended };
  });
}

/** Notes that a kernel's variables changed without a run: it was restarted. */
export function noteVariablesChanged(): void {
  useRunsStore.setState((state) => ({ ended: state.ended + 1 }));
}

export function tabRun(tabId: TabId): TabRun | null {
  return useRunsStore.getState().byTab.get(tabId) ?? null;
}
