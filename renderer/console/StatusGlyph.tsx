import { Ban, Check, CircleSlash, Clock, LoaderCircle, X } from 'lucide-react';
import type { RunStatus } from '../../contract/index.ts';

const icons: Record<RunStatus, { Icon: typeof Check; look: string }> = {
  queued: { Icon: Clock, look: 'text-muted' },
  running: { Icon: LoaderCircle, look: 'text-accent-text animate-spin' },
  succeeded: { Icon: Check, look: 'text-success' },
  failed: { Icon: X, look: 'text-danger' },
  stopped: { Icon: Ban, look: 'text-warning' },
  interrupted: { Icon: CircleSlash, look: 'text-warning' },
};

/** A run's status as a picture; its words stand beside it, or are given to screen readers with `named`. */
export function StatusGlyph({ status, named = false }: { status: RunStatus; named?: boolean }) {
  const { Icon, look } = icons[status];
  return (
    <>
      <Icon size={14} strokeWidth={2.5} aria-hidden className={`shrink-0 ${look}`} />
      {named && <span className="sr-only">{status}</span>}
    </>
  );
}
