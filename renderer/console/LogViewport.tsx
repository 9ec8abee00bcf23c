import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type Ref } from 'react';
import { createPortal } from 'react-dom';
import { useSettings } from '../settings/index.ts';
import { reportError } from '../ui/notify/index.ts';
import { OutputItem } from './OutputItem.tsx';
import { restoreBlock } from './reader.ts';
import type { ConsoleSession } from './sessions.ts';
import { setGoing, setSearching, type ConsoleTab } from './consoleStore.ts';
import { copyLong } from './longCopy.ts';
import { LogView, type LogLook } from './view/logView.ts';
import { LogSelection } from './view/logSelection.ts';
import { MatchMarks } from './view/matchMarks.ts';
import type { VisibleItem } from './view/rowPool.ts';

export interface LogHandle {
  view: LogView;
  selection: LogSelection;
  marks: MatchMarks;
}

interface LogViewportProps {
  session: ConsoleSession;
  tab: ConsoleTab;
  onFollow(follows: boolean): void;
  handle: Ref<LogHandle | null>;
  /** Called once it is drawn, and when the function changes. */
  onReady?(handle: LogHandle): void;
  /** The beginning is shown first, and the end not followed. */
  startsAtTop?: boolean;
  /** Stands under the output: prompt and footer. */
  children: ReactNode;
}

/** The scrolling output of one run. The text is drawn by LogView; React fills the items in it and what stands at its end. */
export function LogViewport({ session, tab, onFollow, onReady, startsAtTop = false, handle, children }: LogViewportProps) {
  const root = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<LogHandle | null>(null);
  const [items, setItems] = useState<readonly VisibleItem[]>([]);
  const fontSize = useSettings((state) => state.settings.consoleFontSize);
  const wraps = useSettings((state) => state.settings.consoleWrap);
  const times = useSettings((state) => state.settings.consoleTimes);
  const showsFields = useSettings((state) => state.settings.consoleJson);
  const look = useMemo<LogLook>(() => ({ fontSize, wraps, times, showsFields, startedMs: tab.startedMs }), [fontSize, wraps, times, showsFields, tab.startedMs]);
  const firstLook = useRef(look);

  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    let parts: LogHandle | null = null;
    const view = new LogView(element, {
      log: session.log,
      look: firstLook.current,
      onItems: (next) => setItems((last) => (sameItems(last, next) ? last : [...next])),
      onFollow,
      onMissing: (block) => restoreBlock(session, block).catch(reportError),
      onDrawn: () => {
        parts?.marks.apply();
        parts?.selection.apply();
      },
    });
    parts = { view, selection: new LogSelection(view, session.log, (start, end) => void copyLong(session, view.layout, start, end).catch(reportError)), marks: new MatchMarks(view) };
    if (startsAtTop) view.follow(false);
    setDrawn(parts);
    return () => {
      parts?.selection.dispose();
      parts?.marks.dispose();
      view.dispose();
      setDrawn(null);
      setItems([]);
    };
  }, [session, onFollow, startsAtTop]);

  useImperativeHandle<LogHandle | null, LogHandle | null>(handle, () => drawn, [drawn]);
  useEffect(() => {
    if (drawn !== null) onReady?.(drawn);
  }, [drawn, onReady]);
  useLayoutEffect(() => drawn?.view.setLook(look), [drawn, look]);

  return (
    <>
      <div
        ref={root}
        className="log-view"
        role="log"
        aria-live="off"
        aria-label={`Output of ${tab.number === null ? tab.title : `run ${tab.number}`}`}
        tabIndex={0}
        onKeyDown={(event) => {
          if (drawn !== null && event.target === root.current && onKey(event.nativeEvent, drawn)) event.preventDefault();
        }}
      />
      {items.map((item) => createPortal(<OutputItem block={item.block} version={item.version} tab={tab} />, item.host, String(item.block.firstSeq)))}
      {drawn !== null && createPortal(children, drawn.view.area.tail)}
    </>
  );
}

function sameItems(a: readonly VisibleItem[], b: readonly VisibleItem[]): boolean {
  return a.length === b.length && a.every((item, index) => item.block === b[index]?.block && item.host === b[index]?.host && item.version === b[index]?.version);
}

function onKey(event: KeyboardEvent, { view, selection }: LogHandle): boolean {
  const page = view.area.viewHeight - view.layout.rowHeight;
  const isMod = event.ctrlKey || event.metaKey;
  if (isMod && event.key.toLowerCase() === 'a') selection.selectAll();
  else if (isMod && event.key.toLowerCase() === 'f') setSearching(true);
  else if (isMod && event.key.toLowerCase() === 'g') setGoing(true);
  else if (event.key === 'PageDown') view.scrollBy(page);
  else if (event.key === 'PageUp') view.scrollBy(-page);
  else if (event.key === 'ArrowDown') view.scrollBy(view.layout.rowHeight);
  else if (event.key === 'ArrowUp') view.scrollBy(-view.layout.rowHeight);
  else if (event.key === 'Home') view.scrollBy(-Infinity);
  else if (event.key === 'End') view.follow(true);
  else return false;
  return true;
}
