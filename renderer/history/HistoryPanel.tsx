import { useCallback, useEffect, useState } from 'react';
import type { RunId } from '../../contract/index.ts';
import { openStoredRun } from '../console/index.ts';
import { core, follow } from '../rpc/index.ts';
import { Button, EmptyState, Region, reportError } from '../ui/index.ts';
import { useCommandKey } from '../commands/index.ts';
import { CompareRuns } from './CompareRuns.tsx';
import { HistoryFilters } from './HistoryFilters.tsx';
import { HistoryList } from './HistoryList.tsx';
import { HistoryMenu } from './HistoryMenu.tsx';
import { RunDetail } from './RunDetail.tsx';
import { history, type HistoryState } from './historyStore.ts';
import { LocalHistory } from './LocalHistory.tsx';
import { confirmDelete } from './runActions.ts';
import { SavedSearches } from './SavedSearches.tsx';
import { clearSearch, followSearches, loadTags } from './searchesStore.ts';
import { showRun, useShownRun } from './shown.ts';
import { StatisticsDialog } from './StatisticsDialog.tsx';
import { TransferDialog } from './TransferDialog.tsx';

function isFiltered({ filter }: Pick<HistoryState, 'filter'>): boolean {
  return Object.values(filter).some((value) => value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0));
}

/** Every run that was ever made here, newest first. */
export function HistoryPanel() {
  const status = history.useStore((state) => state.status);
  const message = history.useStore((state) => state.message);
  const isEmpty = history.useStore((state) => state.runs.length === 0);
  const filtered = history.useStore(isFiltered);
  const runKey = useCommandKey('run.file');
  const selected = useShownRun((state) => state.id);
  const [renaming, setRenaming] = useState<RunId | null>(null);

  useEffect(
    () => follow((signal) => core.runs.watch(undefined, { signal }), history.onEvent, { onOpen: () => void history.load(), onError: reportError }),
    [],
  );

  useEffect(() => {
    loadTags().catch(reportError);
    return followSearches();
  }, []);

  const open = useCallback((id: RunId) => {
    // The core is asked before anything is drawn.
    openStoredRun(id).catch(reportError);
    setTimeout(() => showRun(id));
  }, []);
  const remove = useCallback((id: RunId) => {
    confirmDelete(id)
      .then((isDeleted) => isDeleted && useShownRun.getState().id === id && showRun(null))
      .catch(reportError);
  }, []);
  const rename = useCallback((id: RunId) => {
    showRun(id);
    setRenaming(id);
  }, []);

  return (
    <Region name="History" actions={<HistoryMenu />}>
      <div className="flex h-full min-h-0 flex-col">
        <HistoryFilters />
        <div className="min-h-0 grow basis-0">
          {!isEmpty ? (
            <HistoryList selected={selected} onSelect={showRun} onOpen={open} onDelete={remove} onRename={rename} />
          ) : status === 'failed' ? (
            <EmptyState title="The history cannot be read" actions={<Button onClick={() => void history.load()}>Try again</Button>}>
              {message}
            </EmptyState>
          ) : status === 'loading' ? (
            <p role="status" className="p-4 text-center text-muted">
              Reading the history…
            </p>
          ) : filtered ? (
            <EmptyState title="No runs match" actions={<Button onClick={() => void clearSearch()}>Clear the filters</Button>}>
              Every word must occur in the source, the title, the error, the tags or the note.
            </EmptyState>
          ) : (
            <EmptyState title="No runs yet">Press Run{runKey === null ? '' : ` (${runKey})`}: each run is kept here with its source and its output.</EmptyState>
          )}
        </div>
        {selected !== null && (
          <RunDetail
            key={selected}
            id={selected}
            isRenaming={renaming === selected}
            onRenaming={(isRenaming) => setRenaming(isRenaming ? selected : null)}
            onDelete={remove}
            onClose={() => showRun(null)}
          />
        )}
      </div>
      <CompareRuns />
      <LocalHistory />
      <SavedSearches />
      <TransferDialog />
      <StatisticsDialog onOpenRun={open} />
    </Region>
  );
}
