import { X } from 'lucide-react';
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { classes } from '../lib/classes.ts';

export interface TabItem<Id extends string> {
  id: Id;
  title: string;
  /** Behind the title for screen readers: `unsaved`. */
  note?: string;
  icon?: ReactNode;
  /** Shown in place of the close cross until the pointer is there: the dot of unsaved changes. */
  badge?: ReactNode;
  tooltip?: string;
}

export interface TabStripProps<Id extends string> {
  /** Accessible name of the tab list. */
  label: string;
  tabs: readonly TabItem<Id>[];
  activeId: Id | null;
  /** Id of the tab panel that the tabs control. */
  panelId: string;
  onSelect(id: Id): void;
  /** Given: tabs have a cross, and Delete and the middle button close. */
  onClose?(id: Id): void;
  /** Given: tabs move by drag, and by Alt+Shift+Left and Right. */
  onMove?(id: Id, toIndex: number): void;
  onContextMenu?(id: Id, event: React.MouseEvent): void;
}

/**
 * A row of tabs after the ARIA pattern: one tab stop, arrows select, Home, End, Delete closes. The cross is for the pointer alone
 * (a tab must hold no button), so it is hidden from assistive technology, which has Delete.
 */
export function TabStrip<Id extends string>({ label, tabs, activeId, panelId, onSelect, onClose, onMove }: TabStripProps<Id>) {
  const list = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<Id | null>(null);
  const [dropIndex, setDropIndex] = useState<number | null>(null);

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [activeId, tabs.length]);

  /** Draws a change at once and focuses the tab that is selected then: the next key goes on from there. */
  function focusAfter(change: () => void): void {
    flushSync(change);
    list.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
  }

  function onKeyDown(event: KeyboardEvent, index: number, id: Id): void {
    const move = event.altKey && event.shiftKey;
    const step = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (event.key === 'Delete' && onClose !== undefined) {
      focusAfter(() => onClose(id));
    } else if (step !== undefined && move) {
      focusAfter(() => onMove?.(id, Math.max(0, Math.min(tabs.length - 1, step))));
    } else if (step !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const target = tabs[(step + tabs.length) % tabs.length];
      if (target !== undefined) focusAfter(() => onSelect(target.id));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onDragOver(event: DragEvent, index: number): void {
    if (dragged === null) return;
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    setDropIndex(event.clientX < box.left + box.width / 2 ? index : index + 1);
  }

  function drop(): void {
    if (dragged !== null && dropIndex !== null) {
      const from = tabs.findIndex((tab) => tab.id === dragged);
      onMove?.(dragged, dropIndex > from ? dropIndex - 1 : dropIndex);
    }
    setDragged(null);
    setDropIndex(null);
  }

  return (
    <div ref={list} role="tablist" aria-label={label} className="scroll-thin flex min-w-0 grow overflow-x-auto overflow-y-hidden" onDrop={drop} onDragEnd={drop}>
      {tabs.map((tab, index) => {
        const selected = tab.id === activeId;
        return (
          <div
            key={tab.id}
            role="presentation"
            className={classes(
              'group relative flex max-w-72 shrink-0 items-center border-r border-line',
              selected ? 'bg-surface text-text' : 'text-muted hover:bg-hover hover:text-text',
              dropIndex === index && 'shadow-[inset_2px_0_0_var(--accent)]',
              dropIndex === index + 1 && 'shadow-[inset_-2px_0_0_var(--accent)]',
            )}
            draggable={onMove !== undefined}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', tab.title);
              setDragged(tab.id);
            }}
            onDragOver={(event) => onDragOver(event, index)}
          >
            {selected && <span aria-hidden className="absolute inset-x-0 top-0 h-0.5 bg-accent" />}
            <div
              role="tab"
              id={`${panelId}-tab-${tab.id}`}
              aria-selected={selected}
              aria-controls={panelId}
              tabIndex={selected || (activeId === null && index === 0) ? 0 : -1}
              title={tab.tooltip}
              className={classes('flex h-9 min-w-0 cursor-default select-none items-center gap-1.5 pl-3 text-[13px] focus-inset', onClose === undefined ? 'pr-3' : 'pr-1')}
              onMouseDown={(event) => {
                if (event.button === 0) onSelect(tab.id);
              }}
              onAuxClick={(event) => {
                if (event.button === 1) onClose?.(tab.id);
              }}
              onKeyDown={(event) => onKeyDown(event, index, tab.id)}
            >
              {tab.icon}
              <span className="truncate">{tab.title}</span>
              {tab.note !== undefined && <span className="sr-only">, {tab.note}</span>}
            </div>
            {onClose !== undefined && (
              <span
                aria-hidden
                title={`Close ${tab.title}`}
                data-close-tab={tab.id}
                className="relative mr-1.5 flex size-5 items-center justify-center rounded text-muted hover:bg-selected hover:text-text"
                onClick={() => onClose(tab.id)}
              >
                {tab.badge !== undefined && <span className="absolute inset-0 flex items-center justify-center group-hover:invisible">{tab.badge}</span>}
                <X
                  size={14}
                  className={classes(tab.badge !== undefined ? 'invisible group-hover:visible' : !selected && 'opacity-0 group-hover:opacity-100')}
                />
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}
