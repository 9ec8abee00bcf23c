import { useRef, type KeyboardEvent } from 'react';
import { classes } from '../lib/classes.ts';

export interface GroupTab {
  id: string;
  title: string;
  /** Something in it needs a look. */
  isFaulty: boolean;
}

/** The groups of a long form, one below the other. */
export function GroupTabs({ tabs, active, onSelect }: { tabs: readonly GroupTab[]; active: string; onSelect(id: string): void }) {
  const list = useRef<HTMLDivElement>(null);

  function onKeyDown(event: KeyboardEvent): void {
    const index = tabs.findIndex((tab) => tab.id === active);
    const step = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = step === undefined ? undefined : tabs[(step + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`#profile-tab-${next.id}`)?.focus();
  }

  return (
    <div ref={list} role="tablist" aria-label="Groups of settings" aria-orientation="vertical" className="flex w-40 shrink-0 flex-col gap-0.5 overflow-auto p-0.5" onKeyDown={onKeyDown}>
      {tabs.map(({ id, title, isFaulty }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`profile-tab-${id}`}
          aria-selected={id === active}
          aria-controls="profile-group"
          tabIndex={id === active ? 0 : -1}
          className={classes('flex min-h-7 items-center gap-1.5 rounded-md px-2 text-left', id === active ? 'bg-selected text-accent-text' : 'text-muted hover:bg-hover hover:text-text')}
          onClick={() => onSelect(id)}
        >
          <span className="min-w-0 grow">{title}</span>
          {isFaulty && (
            <span className="text-danger">
              <span aria-hidden>●</span>
              <span className="sr-only">needs a look</span>
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
