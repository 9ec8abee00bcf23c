import { create } from 'zustand';

/** What stands over the window for the history: one at a time. */
export type HistoryPage = { name: 'searches' } | { name: 'statistics' };

export const useHistoryPage = create<{ page: HistoryPage | null }>()(() => ({ page: null }));

export function showPage(page: HistoryPage): void {
  useHistoryPage.setState({ page });
}

export function closePage(): void {
  useHistoryPage.setState({ page: null });
}
