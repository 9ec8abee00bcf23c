import { create } from 'zustand';
import type { RunId } from '../../contract/index.ts';

/** The run whose details are open. */
export const useShownRun = create<{ id: RunId | null }>()(() => ({ id: null }));

export function showRun(id: RunId | null): void {
  useShownRun.setState({ id });
}
