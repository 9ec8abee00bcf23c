import { useVirtualizer } from '@tanstack/react-virtual';
import { Pin, Ship } from 'lucide-react';
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import type { RunId, RunSummary } from '../../contract/index.ts';
import { StatusGlyph } from '../console/index.ts';
import { formatDuration } from '../lib/units.ts';
import { rowsOf, type HistoryRow } from './days.ts';
import { history, pageSize } from './historyStore.ts';

interface HistoryListProps {
  selected: RunId | null;
  onSelect(id: RunId): void;
  onOpen(id: RunId): void;
  onDelete(id: RunId): void;
  onRename(id: RunId): void;
}

const rowHeights: Record<HistoryRow['kind'], number> = { day: 28, run: 50, unread: 50 };

/** The runs, virtualised: one element for each that is in sight. Arrows select, Enter opens, F2 renames, Delete deletes. */
export function HistoryList({ selected, onSelect, onOpen, onDelete, onRename }: HistoryListProps) {
  const runs = history.useStore((state) => state.runs);
  const count = history.useStore((state) => state.count);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(runs, count, Date.now()), [runs, count]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowHeights[rows[index]?.kind ?? 'run'],
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const lastInSight = items.at(-1)?.index ?? 0;

  useEffect(() => {
    // Headings count as rows, too: a page more than is needed is read.
    void history.readTo(Math.min(count, lastInSight + pageSize / 2));
  }, [count, lastInSight, runs]);

  function move(by: number): void {
    const index = runs.findIndex((run) => run.id === selected);
    const next = runs[index === -1 ? 0 : Math.max(0, Math.min(runs.length - 1, index + by))];
    if (next === undefined) return;
    onSelect(next.id);
    virtualizer.scrollToIndex(rows.findIndex((row) => row.key === next.id));
  }

  function onKeyDown(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeights.run) - 1);
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'PageDown') move(page);
    else if (event.key === 'PageUp') move(-page);
    else if (event.key === 'Home') move(-Infinity);
    else if (event.key === 'End') move(Infinity);
    else if (selected === null) return;
    else if (event.key === 'Enter' || event.key === ' ') onOpen(selected);
    else if (event.key === 'F2') onRename(selected);
    else if (event.key === 'Delete') onDelete(selected);
    else return;
    event.preventDefault();
  }

  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Runs of the history"
      tabIndex={0}
      aria-activedescendant={selected === null ? undefined : `history-${selected}`}
      className="focus-inset h-full overflow-auto"
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row !== undefined && (
              <div key={item.key} role="presentation" className="absolute inset-x-0 top-0" style={{ height: item.size, transform: `translateY(${item.start}px)` }}>
                {row.kind === 'day' && (
                  <p role="presentation" className="flex h-full items-end px-3 pb-1 text-xs font-semibold text-muted">
                    {row.label}
                  </p>
                )}
                {row.kind === 'unread' && (
                  <div aria-hidden className="flex h-full flex-col justify-center gap-2 px-3">
                    <span className="h-2.5 w-2/3 rounded bg-hover" />
                    <span className="h-2 w-1/3 rounded bg-hover" />
                  </div>
                )}
                {row.kind === 'run' && <RunRow run={row.run} isSelected={row.run.id === selected} onOpen={onOpen} />}
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

/** Tags that a row shows; of more there is but the number. */
const mostTags = 3;

function RunRow({ run, isSelected, onOpen }: { run: RunSummary; isSelected: boolean; onOpen(id: RunId): void }) {
  const time = new Date(run.startedMs).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  return (
    <div
      id={`history-${run.id}`}
      role="option"
      aria-selected={isSelected}
      className={`flex h-full cursor-default gap-2 border-l-2 px-2.5 py-1.5 leading-[18px] ${isSelected ? 'border-accent bg-selected' : 'border-transparent hover:bg-hover'}`}
      onClick={() => onOpen(run.id)}
    >
      <span className="pt-0.5">
        <StatusGlyph status={run.status} named />
      </span>
      <span className="min-w-0 grow">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 grow truncate font-mono text-[12px]">{run.firstLine === '' ? '(no code)' : run.firstLine}</span>
          <span className="shrink-0 text-xs tabular-nums text-muted">{time}</span>
        </span>
        <span className="flex items-baseline gap-1.5 text-xs text-muted">
          <span className="shrink-0 max-w-[60%] truncate">{run.title}</span>
          {run.engine === 'cluster' && (
            <span title="On a cluster" className="shrink-0 self-center">
              <Ship size={12} aria-hidden />
              <span className="sr-only">on a cluster</span>
            </span>
          )}
          {run.durationMs !== null && <span className="shrink-0">· {formatDuration(run.durationMs)}</span>}
          {run.tags.slice(0, mostTags).map((tag) => (
            <span key={tag} className="min-w-8 max-w-24 shrink truncate rounded-full bg-sunken px-1.5">
              {tag}
            </span>
          ))}
          {run.tags.length > mostTags && (
            <span title={run.tags.slice(mostTags).join(', ')} className="shrink-0">
              +{run.tags.length - mostTags}
            </span>
          )}
          {run.status === 'interrupted' && <span className="shrink-0">· interrupted</span>}
          <span className="min-w-0 grow truncate text-danger">{run.error ?? ''}</span>
          {run.pinned && (
            <>
              <Pin size={12} aria-hidden className="shrink-0 self-center text-accent-text" fill="currentColor" />
              <span className="sr-only">pinned</span>
            </>
          )}
        </span>
      </span>
    </div>
  );
}
