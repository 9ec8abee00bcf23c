import { create } from 'zustand';
import type { RunSummary } from '../../contract/index.ts';

/** What stands over the window for the history: one at a time. */
export type HistoryPage = { name: 'searches' } | { name: 'statistics' } | { name: 'compare'; left: RunSummary; right: RunSummary } | { name: 'files'; path: string | null } | { name: 'transfer'; what: 'export' | 'import'; path: string; overwrite: boolean };

interface PageState {
  page: HistoryPage | null;
  /** The run that was chosen to be compared with another. */
  chosen: RunSummary | null;
}

export const useHistoryPage = create<PageState>()(() => ({ page: null, chosen: null }));

export function showPage(page: HistoryPage): void {
  useHistoryPage.setState({ page });
}

export function closePage(): void {
  useHistoryPage.setState({ page: null });
}
