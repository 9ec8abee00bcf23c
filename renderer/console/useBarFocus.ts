import { useEffect, type RefObject } from 'react';
import { useConsoleStore } from './consoleStore.ts';

/**
 * Focuses the first field of a bar whenever the bar is asked for, also where it stands already. A bar that is there again because another run came
 * to the front takes the focus from nobody.
 */
export function useBarFocus(bar: RefObject<HTMLElement | null>): void {
  const isAsked = useConsoleStore((state) => state.isBarAsked);
  useEffect(() => {
    if (!isAsked) return;
    useConsoleStore.setState({ isBarAsked: false });
    const field = bar.current?.querySelector('input');
    field?.focus();
    field?.select();
  }, [isAsked, bar]);
}
