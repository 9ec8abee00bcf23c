import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { overlayContainer } from './overlays.ts';

export interface TooltipProps {
  text: string;
  shortcut?: string | null;
  side?: 'top' | 'right' | 'bottom' | 'left';
  /** One element that takes a ref and props. */
  children: ReactNode;
}

/** Names what is under the pointer or focused. The element needs an accessible name of its own. */
export function Tooltip({ text, shortcut = null, side = 'bottom', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={overlayContainer()}>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="pop-in z-50 flex max-w-72 items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-xs text-text shadow-pop"
        >
          {text}
          {shortcut !== null && <kbd className="text-muted">{shortcut}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Around the whole window: once a tooltip shows, its neighbours show at once. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={500} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}
