import { Dialog as Radix } from 'radix-ui';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from '../lib/classes.ts';
import { IconButton } from './Button.tsx';
import { leaveTakenFocus } from './focus.ts';

export interface DialogProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  /** One sentence under the title. */
  description?: ReactNode;
  /** Buttons, the main one last. */
  footer?: ReactNode;
  children?: ReactNode;
  width?: 'small' | 'normal' | 'wide';
  /** For a question that must be answered: role alertdialog, no close button. */
  alert?: boolean;
}

const widths = { small: 'max-w-md', normal: 'max-w-xl', wide: 'max-w-5xl' };

/** A modal dialog: the focus goes in, stays in, and comes back. */
export function Dialog({ open, onOpenChange, title, description, footer, children, width = 'normal', alert = false }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fade-in fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          role={alert ? 'alertdialog' : 'dialog'}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={classes(
            'pop-in fixed inset-x-4 top-[12vh] z-40 mx-auto flex max-h-[76vh] flex-col rounded-xl border border-line bg-raised text-[13px] text-text shadow-pop outline-none',
            widths[width],
          )}
          onCloseAutoFocus={leaveTakenFocus}
        >
          <div className={classes('px-5 pt-4', !alert && 'pr-12')}>
            <Radix.Title className="text-[15px] font-semibold leading-6">{title}</Radix.Title>
            {description !== undefined && <Radix.Description className="mt-1 leading-5 text-muted">{description}</Radix.Description>}
          </div>
          <div className="min-h-0 grow overflow-auto px-5 py-3">{children}</div>
          {footer !== undefined && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
          {/* Last, so that the focus begins at what the dialog is about. */}
          {!alert && (
            <Radix.Close asChild>
              <IconButton label="Close" className="absolute right-3 top-3.5">
                <X size={16} aria-hidden />
              </IconButton>
            </Radix.Close>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
