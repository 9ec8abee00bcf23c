import type { ComponentProps } from 'react';
import { classes } from '../lib/classes.ts';
import { Tooltip } from './Tooltip.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';

const looks: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border border-transparent',
  secondary: 'bg-surface text-text border border-line-strong hover:bg-hover',
  ghost: 'text-text border border-transparent hover:bg-hover',
  danger: 'bg-danger-fill text-on-danger hover:brightness-110 border border-transparent',
};

const base =
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium ' +
  'transition-colors duration-100 disabled:cursor-default disabled:opacity-45 disabled:hover:bg-inherit';

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant;
  /** 24 or 28 or 32 px high. */
  size?: 'small' | 'normal' | 'large';
}

const sizes = { small: 'h-6 px-2 text-xs', normal: 'h-7 px-3 text-[13px]', large: 'h-8 px-4 text-[13px]' };

export function Button({ variant = 'secondary', size = 'normal', className, ...rest }: ButtonProps) {
  return <button type="button" className={classes(base, looks[variant], sizes[size], className)} {...rest} />;
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** The accessible name, and the tooltip. */
  label: string;
  /** Shown behind the name in the tooltip: `Ctrl+Enter`. */
  shortcut?: string | null;
  /** For a toggle. */
  pressed?: boolean;
  size?: 'small' | 'normal';
  tooltipSide?: 'top' | 'right' | 'bottom' | 'left';
}

/** A button with an icon alone. */
export function IconButton({ label, shortcut, pressed, size = 'normal', tooltipSide, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} shortcut={shortcut ?? null} {...(tooltipSide === undefined ? {} : { side: tooltipSide })}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        className={classes(
          'inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-text',
          'disabled:opacity-40 disabled:hover:bg-transparent disabled:hover:text-muted aria-pressed:bg-selected aria-pressed:text-text',
          size === 'small' ? 'size-6' : 'size-7',
          className,
        )}
        {...rest}
      />
    </Tooltip>
  );
}
