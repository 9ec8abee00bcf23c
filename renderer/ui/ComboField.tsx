import { Check, ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { classes } from '../lib/classes.ts';
import { TextField } from './fields.tsx';
import { overlayContainer } from './overlays.ts';

export interface ComboFieldProps {
  /** The accessible name. */
  label: string;
  value: string;
  /** What can be chosen; null while nobody knows, or nobody may: then it is typed. */
  options: readonly string[] | null;
  /** Called when an option is chosen, Enter is pressed or the field is left with another text. */
  onCommit(value: string): void;
  /** Called when the list is first wanted, to fetch it. */
  onWanted?(): void;
  /** Shown in place of the list: `Asking the cluster…`, or why there is none. */
  note?: string | null;
  id?: string;
  className?: string;
}

/** A text that is typed or chosen from a list. What was typed narrows the list. */
export function ComboField({ label, value, options, onCommit, onWanted, note = null, id, className }: ComboFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLDivElement>(null);
  const listId = useId();
  const shown = (options ?? []).filter((one) => draft === null || one.includes(draft.trim()));
  const option = (index: number): string => `${listId}-${index}`;

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active, open]);

  function show(): void {
    if (!open) onWanted?.();
    setOpen(true);
    setActive(shown.indexOf(value));
  }

  function commit(text: string): void {
    setOpen(false);
    setDraft(null);
    setActive(-1);
    if (text.trim() !== '' && text.trim() !== value) onCommit(text.trim());
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!open) show();
      else setActive(Math.max(0, Math.min(shown.length - 1, active + (event.key === 'ArrowDown' ? 1 : -1))));
    } else if (event.key === 'Enter') commit((open ? shown[active] : undefined) ?? draft ?? value);
    else if (event.key === 'Escape' && (open || draft !== null)) {
      setOpen(false);
      setDraft(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Anchor asChild>
        <div ref={field} className={classes('relative', className)}>
          <TextField
            {...(id === undefined ? {} : { id })}
            role="combobox"
            aria-label={label}
            aria-expanded={open}
            aria-controls={listId}
            aria-autocomplete="list"
            {...(open && active >= 0 ? { 'aria-activedescendant': option(active) } : {})}
            className="w-full pr-7"
            value={draft ?? value}
            onChange={(event) => {
              setDraft(event.target.value);
              setActive(-1);
              if (!open) onWanted?.();
              setOpen(true);
            }}
            onClick={show}
            onBlur={() => commit(draft ?? value)}
            onKeyDown={onKeyDown}
          />
          <ChevronDown size={14} aria-hidden className="pointer-events-none absolute right-2 top-1/2 -translate-y-1/2 text-muted" />
        </div>
      </Popover.Anchor>
      <Popover.Portal container={overlayContainer()}>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => {
            if (event.target instanceof Node && field.current?.contains(event.target) === true) event.preventDefault();
          }}
          // The field keeps the focus, so that choosing with the pointer is not leaving it.
          onMouseDown={(event) => event.preventDefault()}
          role="presentation"
          className="pop-in z-50 max-h-64 w-(--radix-popover-trigger-width) overflow-auto rounded-lg border border-line bg-raised p-1 text-[13px] text-text shadow-pop"
        >
          <div ref={list} id={listId} role="listbox" aria-label={label}>
            {shown.map((one, index) => (
              <div
                key={one}
                id={option(index)}
                role="option"
                aria-selected={index === active}
                className={classes('flex min-h-7 cursor-default select-none items-center gap-2 rounded-md px-2 hover:bg-hover', index === active && 'bg-selected')}
                onClick={() => commit(one)}
              >
                <Check size={14} aria-hidden className={classes('shrink-0', one !== value && 'invisible')} />
                <span className="min-w-0 break-all">{one}</span>
              </div>
            ))}
          </div>
          {(note !== null || shown.length === 0) && (
            <p role="status" className="px-2 py-1 text-xs leading-4 text-muted">
              {note ?? (draft === null ? 'Nothing to choose from: type it.' : 'Enter takes what you typed.')}
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
