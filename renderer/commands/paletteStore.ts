import { create } from 'zustand';

/** Which of the dialogs about commands is open. */
export const usePalette = create<{ open: 'palette' | 'shortcuts' | null }>()(() => ({ open: null }));

export function showPalette(): void {
  usePalette.setState({ open: 'palette' });
}

export function showShortcuts(): void {
  usePalette.setState({ open: 'shortcuts' });
}

export function closePalette(): void {
  usePalette.setState({ open: null });
}
