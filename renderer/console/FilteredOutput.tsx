import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { isEnded, OutputFilter } from '../../contract/index.ts';
import { FilterBar } from './FilterBar.tsx';
import { filterOf, isFiltering, type FilterForm } from './filterForm.ts';
import { mostFilteredLines, startFilter, type FilterState, type RunningFilter } from './filterRun.ts';
import { setFiltering, useConsoleStore, type ConsoleTab } from './consoleStore.ts';
import { LogViewport, type LogHandle } from './LogViewport.tsx';
import { MatchMap } from './MatchMap.tsx';
import { lineTotal } from './matchCount.ts';
import { searchPattern } from './outputSearch.ts';
import type { ConsoleSession } from './sessions.ts';
import { useSources } from './SourceBar.tsx';

interface FilteredOutputProps {
  tab: ConsoleTab;
  session: ConsoleSession;
  log: RefObject<LogHandle | null>;
  form: FilterForm;
  onForm(form: FilterForm): void;
  onFollow(follows: boolean): void;
  /** Leaves the filter and shows a line of the whole output; first is 0. */
  onShowLine(line: number): void;
}

/** The lines of the whole output that meet a filter, in a view of their own. */
export function FilteredOutput({ tab, session, log, form, onForm, onFollow, onShowLine }: FilteredOutputProps) {
  const [state, setState] = useState<FilterState | null>(null);
  const running = useRef<RunningFilter | null>(null);
  const ended = useRef(isEnded(tab.status));
  const seen = useSources(session.log);
  const found = state?.sources ?? [];
  const sources = found.length > seen.length ? found : seen;
  const asked = filterOf(form, sources, tab.startedMs);
  const fault = 'fault' in asked ? asked.fault : (state?.error ?? null);
  const wanted = 'filter' in asked ? JSON.stringify(asked.filter) : null;

  useEffect(() => {
    if (wanted === null) return;
    const filter = OutputFilter.parse(JSON.parse(wanted));
    useConsoleStore.setState({ shownFilter: isFiltering(filter) ? filter : null });
    const started = startFilter({ runId: tab.runId, filter, context: Number(form.context), whole: session.log, isEnded: ended.current }, setState);
    running.current = started;
    return () => started.dispose();
  }, [wanted, form.context, tab.runId, session]);
  const hasEnded = isEnded(tab.status);
  useEffect(() => {
    ended.current = hasEnded;
    if (hasEnded) running.current?.finish();
  }, [hasEnded]);

  const filtered = state?.log ?? null;
  const shown = useMemo<ConsoleSession | null>(
    () => (filtered === null ? null : { runId: tab.runId, log: filtered, ready: Promise.resolve(), answer: () => undefined, clear: () => filtered.clear(), dispose: () => undefined }),
    [filtered, tab.runId],
  );

  // Of the filter that has found the lines, not of the one that is being typed: a regular expression may take for ever on other lines.
  const { query = '', regex = false, matchCase = false } = (state?.error === null ? state.filter : null) ?? {};
  const mark = useCallback((handle: LogHandle) => handle.marks.set(searchPattern({ query, regex, matchCase }), null), [query, regex, matchCase]);

  function close(): void {
    setFiltering(false);
  }

  function showPlace(): void {
    const view = log.current?.view;
    if (view === undefined || state === null) return close();
    const place = view.layout.placeAt(view.area.top);
    const block = state.log.blocks[place.index];
    const at = block?.kind === 'text' ? block.lineFeedsBefore + place.line : 0;
    const line = state.lines.slice(at).find((number) => number !== null) ?? null;
    if (line === null) close();
    else onShowLine(line);
  }

  return (
    <div className="flex h-full min-h-0 flex-col">
      <FilterBar
        form={form}
        fault={fault}
        isRunning={state !== null && !state.isDone}
        status={state === null ? '' : countText(state, 'filter' in asked && isFiltering(asked.filter))}
        onChange={onForm}
        onCancel={() => running.current?.cancel()}
        onShow={showPlace}
        onClose={close}
      />
      <div className="relative min-h-0 grow">
        {shown !== null && (
          <LogViewport key={tab.runId} session={shown} tab={tab} onFollow={onFollow} onReady={mark} startsAtTop handle={log}>
            {state?.isDone === true && state.error === null && state.matched === 0 && (
              <p className="font-sans text-[12px] text-muted">No line meets this filter. Change it, or close it to see the whole output.</p>
            )}
            {state?.isTruncated === true && <p className="font-sans text-[12px] text-muted">The first {mostFilteredLines.toLocaleString()} lines are shown; all are counted.</p>}
          </LogViewport>
        )}
        {state !== null && <MatchMap map={state.map} onGo={(share) => onShowLine(Math.floor(share * lineTotal(session.log)))} />}
      </div>
    </div>
  );
}

function countText({ matched, isDone }: FilterState, isLess: boolean): string {
  const lines = `${matched.toLocaleString()}${isDone ? '' : '+'} ${matched === 1 ? 'line' : 'lines'}`;
  return isLess ? `${lines}${isDone ? '' : ', filtering\u2026'}` : `All ${lines}`;
}
