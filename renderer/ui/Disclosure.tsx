import { ChevronRight } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { classes } from '../lib/classes.ts';

export interface DisclosureProps {
  /** The heading, and the name of the part. */
  title: string;
  /** How much is inside; not shown when null. */
  count?: number | null;
  /** Buttons at the right of the heading. */
  actions?: ReactNode;
  startsOpen?: boolean;
  children: ReactNode;
}

/** A part of a panel that folds away under its heading. */
export function Disclosure({ title, count = null, actions, startsOpen = true, children }: DisclosureProps) {
  const [open, setOpen] = useState(startsOpen);
  const id = useId();
  return (
    <div role="group" aria-label={title} className="border-b border-line">
      <div className="flex h-8 items-center gap-0.5 pr-1.5">
        <h3 className="min-w-0 grow">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={id}
            className="flex h-8 w-full items-center gap-1 pl-1.5 text-left text-xs font-semibold hover:text-accent-text focus-inset"
            onClick={() => setOpen(!open)}
          >
            <ChevronRight size={14} aria-hidden className={classes('shrink-0 text-muted transition-transform duration-100', open && 'rotate-90')} />
            <span className="truncate">{title}</span>
            {count !== null && <span className="pl-1 font-normal tabular-nums text-muted">{count}</span>}
          </button>
        </h3>
        {actions}
      </div>
      <div id={id} hidden={!open}>
        {open && children}
      </div>
    </div>
  );
}
