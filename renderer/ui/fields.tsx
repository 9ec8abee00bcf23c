import { Check, ChevronDown, Search } from 'lucide-react';
import { Select as RadixSelect, Switch as RadixSwitch } from 'radix-ui';
import { useState, type ComponentProps, type ReactNode } from 'react';
import { classes } from '../lib/classes.ts';
import { leaveTakenFocus } from './focus.ts';
import { overlayContainer } from './overlays.ts';

const field = 'h-7 rounded-md border border-line-strong bg-surface px-2 text-[13px] text-text placeholder:text-muted disabled:opacity-45';

/** A text box; give it an `aria-label` or a label element. */
export function TextField({ className, ...rest }: ComponentProps<'input'>) {
  return <input type="text" spellCheck={false} autoComplete="off" className={classes(field, className)} {...rest} />;
}

/** A search box with a magnifier; `label` is its accessible name. */
export function SearchField({ label, className, ...rest }: ComponentProps<'input'> & { label: string }) {
  return (
    <span className={classes('relative inline-flex', className)}>
      <Search size={14} aria-hidden className="pointer-events-none absolute left-2 top-1/2 -translate-y-1/2 text-muted" />
      <input type="search" aria-label={label} placeholder={label} spellCheck={false} autoComplete="off" className={classes(field, 'w-full pl-7')} {...rest} />
    </span>
  );
}

export interface SelectProps<Value extends string> {
  /** The accessible name. */
  label: string;
  value: Value;
  /** `short` is what the closed box shows of a long label. */
  options: readonly { value: Value; label: string; short?: string; icon?: ReactNode; disabled?: boolean; danger?: boolean }[];
  onChange(value: Value): void;
  disabled?: boolean;
  className?: string;
}

/** A modal dialog hides all else from a screen reader: what opens from within has to stay within. */
function dialogOf(element: HTMLElement | null): HTMLElement | null {
  return element?.closest<HTMLElement>('[role=dialog],[role=alertdialog]') ?? null;
}

/** One of several: role combobox, named `label`. */
export function Select<Value extends string>({ label, value, options, onChange, disabled = false, className }: SelectProps<Value>) {
  function change(text: string): void {
    const option = options.find((one) => one.value === text);
    if (option !== undefined) onChange(option.value);
  }
  const [dialog, setDialog] = useState<HTMLElement | null>(null);
  return (
    <RadixSelect.Root value={value} onValueChange={change} disabled={disabled}>
      <RadixSelect.Trigger ref={(element) => setDialog(dialogOf(element))} aria-label={label} className={classes(field, 'inline-flex items-center gap-1.5 hover:bg-hover', className)}>
        <span className="min-w-0 grow truncate text-left">
          <RadixSelect.Value>{options.find((one) => one.value === value)?.short}</RadixSelect.Value>
        </span>
        <RadixSelect.Icon className="text-muted">
          <ChevronDown size={14} aria-hidden />
        </RadixSelect.Icon>
      </RadixSelect.Trigger>
      <RadixSelect.Portal container={dialog ?? overlayContainer()}>
        <RadixSelect.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={leaveTakenFocus}
          className="pop-in z-50 max-h-80 min-w-(--radix-select-trigger-width) max-w-[min(40rem,90vw)] overflow-auto rounded-lg border border-line bg-raised p-1 text-[13px] text-text shadow-pop"
        >
          <RadixSelect.Viewport>
            {options.map((option) => (
              <RadixSelect.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className={classes(
                  'flex min-h-7 cursor-default select-none items-center gap-2 rounded-md pl-2 pr-3 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-selected',
                  option.danger === true && 'font-medium text-danger',
                )}
              >
                <span className="w-4 shrink-0">
                  <RadixSelect.ItemIndicator>
                    <Check size={14} aria-hidden />
                  </RadixSelect.ItemIndicator>
                </span>
                {option.icon}
                <span className="min-w-0 break-words">
                  <RadixSelect.ItemText>{option.label}</RadixSelect.ItemText>
                </span>
              </RadixSelect.Item>
            ))}
          </RadixSelect.Viewport>
        </RadixSelect.Content>
      </RadixSelect.Portal>
    </RadixSelect.Root>
  );
}

/** On or off; `label` is its accessible name. */
export function Switch({ label, checked, onChange, id }: { label: string; checked: boolean; onChange(checked: boolean): void; id?: string }) {
  return (
    <RadixSwitch.Root
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      className="inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-line-strong bg-sunken p-px transition-colors duration-100 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <RadixSwitch.Thumb className="size-4 rounded-full bg-line-strong transition-transform duration-100 data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-accent" />
    </RadixSwitch.Root>
  );
}
