import { create } from 'zustand';
import type { TabId } from '../../contract/ids.ts';
import type { EditorTabInfo } from './types.ts';

export interface EditorsState {
  /** `loading` until the tabs of the last time are back. */
  phase: 'loading' | 'ready';
  tabs: readonly EditorTabInfo[];
  /** The tab whose text is shown; null while the welcome page is, or nothing is open. */
  activeId: TabId | null;
  /** Whether what was typed is on disk; `failing` while it cannot be written (the text is kept in memory). */
  keeping: 'kept' | 'pending' | 'failing';
  /** Tabs that another window has open at the moment, and which this one therefore left alone. */
  elsewhere: number;
}

export const useEditorsStore = create<EditorsState>()(() => ({
  phase: 'loading',
  tabs: [],
  activeId: null,
  keeping: 'kept',
  elsewhere: 0,
}));

export interface CursorState {
  line: number;
  column: number;
  /** Characters selected, in all cursors. */
  selected: number;
  cursors: number;
}

/** Apart from the tabs, because it changes with each key. */
export const useCursorStore = create<CursorState>()(() => ({ line: 1, column: 1, selected: 0, cursors: 1 }));

export function findTab(id: TabId): EditorTabInfo | null {
  return useEditorsStore.getState().tabs.find((tab) => tab.id === id) ?? null;
}

export function activeTab(): EditorTabInfo | null {
  const { activeId } = useEditorsStore.getState();
  return activeId === null ? null : findTab(activeId);
}

export function patchTab(id: TabId, patch: Partial<Omit<EditorTabInfo, 'id'>>): void {
  useEditorsStore.setState((state) => ({ tabs: state.tabs.map((tab) => (tab.id === id ? { ...tab, ...patch } : tab)) }));
}

/** Puts a tab behind the active one and shows it. */
export function insertTab(tab: EditorTabInfo): void {
  useEditorsStore.setState((state) => {
    const at = state.tabs.findIndex((one) => one.id === state.activeId);
    const index = at < 0 ? state.tabs.length : at + 1;
    return { tabs: [...state.tabs.slice(0, index), tab, ...state.tabs.slice(index)], activeId: tab.id };
  });
}

/** Takes a tab away; its neighbour at the right, or else at the left, becomes active. */
export function removeTab(id: TabId): void {
  useEditorsStore.setState((state) => {
    const index = state.tabs.findIndex((tab) => tab.id === id);
    if (index < 0) return state;
    const tabs = state.tabs.filter((tab) => tab.id !== id);
    const neighbour = tabs[index] ?? tabs[index - 1] ?? null;
    return { tabs, activeId: state.activeId === id ? (neighbour?.id ?? null) : state.activeId };
  });
}

export function moveTab(id: TabId, toIndex: number): void {
  useEditorsStore.setState((state) => {
    const tab = state.tabs.find((one) => one.id === id);
    if (tab === undefined) return state;
    const rest = state.tabs.filter((one) => one.id !== id);
    return { tabs: [...rest.slice(0, toIndex), tab, ...rest.slice(toIndex)] };
  });
}

/** The lowest `scratch N` that no open tab has. */
export function nextScratchTitle(tabs: readonly Pick<EditorTabInfo, 'title'>[]): string {
  const taken = new Set(tabs.map((tab) => tab.title));
  for (let n = 1; ; n++) {
    const title = `scratch ${n}`;
    if (!taken.has(title)) return title;
  }
}
