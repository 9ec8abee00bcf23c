import { Terminal } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { useCommandKey } from '../commands/index.ts';
import { EmptyState, Region, reportError, TabStrip, type TabItem } from '../ui/index.ts';
import { isEnded, type OutputGap, type RunId } from '../../contract/index.ts';
import { formatDuration } from '../lib/units.ts';
import './console.css';
import { ConsoleToolbar } from './ConsoleToolbar.tsx';
import { selectConsoleTab, setFiltering, useActiveTab, useConsoleStore, type ConsoleTab } from './consoleStore.ts';
import { emptyForm } from './filterForm.ts';
import { FilteredOutput } from './FilteredOutput.tsx';
import { GoToBar } from './GoToBar.tsx';
import { InputPrompt } from './InputPrompt.tsx';
import { LogViewport, type LogHandle } from './LogViewport.tsx';
import { MatchMap } from './MatchMap.tsx';
import { lineTotal } from './matchCount.ts';
import { placeOfLine, placeOfRecord } from './places.ts';
import { RunFooter } from './RunFooter.tsx';
import { emptySearch, SearchBar } from './SearchBar.tsx';
import { closeRun, sessionOf } from './sessions.ts';
import { SourceBar } from './SourceBar.tsx';
import { StatusGlyph } from './StatusGlyph.tsx';

const panelId = 'console-output';

/** The time now, by the second, while something runs. */
function useSeconds(isTicking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}

/** Characters of a place that a tab has room for. */
const placeLength = 20;

/** The end of a place, which says most: contexts of clouds begin with a long account. */
function shortPlace(place: string | null): string | null {
  return place === null || place.length <= placeLength ? place : `\u2026${place.slice(1 - placeLength)}`;
}

function tabItem(tab: ConsoleTab, now: number): TabItem<RunId> {
  const elapsed = tab.status === 'running' && tab.isLive ? Math.floor(Math.max(0, now - tab.startedMs) / 1000) * 1000 : tab.durationMs;
  const name = tab.number === null ? tab.title : `run ${tab.number}`;
  const time = elapsed === null || (tab.status === 'running' && elapsed < 1000) ? '' : ` ${formatDuration(elapsed)}`;
  return {
    id: tab.runId,
    title: `${name} ${shortPlace(tab.place) ?? tab.engine}${time}`,
    note: tab.status,
    icon: <StatusGlyph status={tab.status} />,
    tooltip: `${tab.title}${tab.place === null ? '' : ` on ${tab.place}`}, started ${new Date(tab.startedMs).toLocaleString()}`,
  };
}

/** What is read out when a run ends. */
function announcement(tab: ConsoleTab | null): string {
  if (tab === null || !tab.isLive || !isEnded(tab.status)) return '';
  return `Run ${tab.number ?? ''} ${tab.status}${tab.durationMs === null ? '' : ` in ${formatDuration(tab.durationMs)}`}`;
}

/** The output of the runs: one tab a run, the newest in front. `card` draws what stands above the output of a run. */
export function ConsolePanel({ card }: { card?: (tab: ConsoleTab) => ReactNode }) {
  const tabs = useConsoleStore((state) => state.tabs);
  const active = useActiveTab();
  const isSearching = useConsoleStore((state) => state.isSearching);
  const isFiltering = useConsoleStore((state) => state.isFiltering);
  const [filter, setFilter] = useState(emptyForm);
  const [search, setSearch] = useState(emptySearch);
  const [matchMap, setMatchMap] = useState<readonly number[] | null>(null);
  const wantedLine = useRef<number | null>(null);
  const isGoing = useConsoleStore((state) => state.isGoing);
  const runKey = useCommandKey('run.file');
  const [follows, setFollows] = useState(true);
  const log = useRef<LogHandle>(null);
  const now = useSeconds(tabs.some((tab) => tab.status === 'running' && tab.isLive));
  const session = active === null ? null : sessionOf(active.runId);
  const onFollow = useCallback((next: boolean) => setFollows(next), []);

  const revealGap = useCallback(
    (gap: OutputGap) => {
      if (session === null) return;
      placeOfRecord(session, gap.afterSeq).then((place) => place !== null && log.current?.view.show(place), reportError);
    },
    [session],
  );

  const showLine = useCallback((line: number) => {
    wantedLine.current = line;
    setFiltering(false);
  }, []);
  /** Left a filter: the line that was in sight there comes into sight here. */
  const goToWanted = useCallback(
    ({ view }: LogHandle) => {
      const line = wantedLine.current;
      wantedLine.current = null;
      if (line !== null && session !== null) placeOfLine(session, line).then((place) => place !== null && view.show(place), reportError);
    },
    [session],
  );

  function goToShare(share: number): void {
    if (session === null) return;
    placeOfLine(session, Math.floor(share * lineTotal(session.log))).then((place) => place !== null && log.current?.view.show(place), reportError);
  }

  useEffect(() => setFollows(true), [active?.runId]);

  return (
    <Region name="Console" bare className="bg-surface">
      <div className="flex h-full min-h-0 flex-col">
        <div className="flex h-9 shrink-0 items-stretch border-b border-line bg-bg">
          {tabs.length === 0 ? (
            <h2 className="flex grow items-center pl-3 text-xs font-semibold text-muted">Console</h2>
          ) : (
            <TabStrip
              label="Runs"
              tabs={tabs.map((tab) => tabItem(tab, now))}
              activeId={active?.runId ?? null}
              panelId={panelId}
              onSelect={selectConsoleTab}
              onClose={closeRun}
            />
          )}
          {active !== null && session !== null && <ConsoleToolbar tab={active} session={session} log={log} follows={follows} />}
        </div>
        <p role="status" aria-label="Last run" className="sr-only">
          {announcement(active)}
        </p>
        {active === null || session === null ? (
          <div className="min-h-0 grow">
            <EmptyState icon={<Terminal size={24} aria-hidden />} title="No output yet">
              Press Run{runKey === null ? '' : ` (${runKey})`} to execute the tab in front. What it prints appears here as it is printed.
            </EmptyState>
          </div>
        ) : (
          <>
            {isSearching && <SearchBar key={active.runId} tab={active} session={session} log={log} form={search} onForm={setSearch} onMap={setMatchMap} />}
            {isGoing && <GoToBar key={active.runId} tab={active} session={session} log={log} />}
            {card?.(active)}
            <SourceBar log={session.log} form={filter} isFiltered={isFiltering} onForm={setFilter} />
            <div id={panelId} role="tabpanel" aria-labelledby={`${panelId}-tab-${active.runId}`} className="relative min-h-0 grow">
              {isFiltering ? (
                <FilteredOutput key={active.runId} tab={active} session={session} log={log} form={filter} onForm={setFilter} onFollow={onFollow} onShowLine={showLine} />
              ) : (
                <LogViewport key={active.runId} session={session} tab={active} onFollow={onFollow} onReady={goToWanted} handle={log}>
                  {active.input !== null && <InputPrompt request={active.input} answer={session.answer} />}
                  <RunFooter tab={active} onReveal={revealGap} />
                </LogViewport>
              )}
              {matchMap !== null && !isFiltering && <MatchMap map={matchMap} onGo={goToShare} />}
            </div>
          </>
        )}
      </div>
    </Region>
  );
}
