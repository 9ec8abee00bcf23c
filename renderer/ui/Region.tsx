import type { ReactNode } from 'react';
import { classes } from '../lib/classes.ts';

export interface RegionProps {
  /** Accessible name, and the heading: `Files`. */
  name: string;
  /** Buttons at the right of the heading. */
  actions?: ReactNode;
  /** Without a heading bar, where the panel draws its own. */
  bare?: boolean;
  className?: string;
  children: ReactNode;
}

/** A landmark of the window: F6 goes from one to the next. It takes the focus itself when nothing inside can. */
export function Region({ name, actions, bare = false, className, children }: RegionProps) {
  return (
    <section aria-label={name} tabIndex={-1} data-region={name} className={classes('flex h-full min-h-0 min-w-0 flex-col outline-none', className)}>
      {!bare && (
        <header className="flex h-9 shrink-0 items-center gap-1 border-b border-line pl-3 pr-1.5">
          <h2 className="grow truncate text-xs font-semibold text-muted">{name}</h2>
          {actions}
        </header>
      )}
      <div className="min-h-0 grow">{children}</div>
    </section>
  );
}
