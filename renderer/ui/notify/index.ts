import { create } from 'zustand';
import { toAppError } from '../../../contract/errors.ts';

export interface ToastInput {
  severity: 'info' | 'success' | 'warning' | 'error';
  message: string;
  /** What the person can do, one sentence, in smaller type. */
  detail?: string;
  action?: { label: string; run(): void };
}

export interface Toast extends ToastInput {
  id: number;
}

export const useToastsStore = create<{ toasts: readonly Toast[] }>()(() => ({ toasts: [] }));

const mostToasts = 4;
let lastId = 0;

/** Shows a short message in the corner. @returns takes it away */
export function notify(input: ToastInput): () => void {
  const toast: Toast = { ...input, id: ++lastId };
  useToastsStore.setState((state) => ({
    // The same said twice is said once, newly.
    toasts: [...state.toasts.filter((one) => one.message !== toast.message), toast].slice(-mostToasts),
  }));
  return () => dismissToast(toast.id);
}

export function dismissToast(id: number): void {
  useToastsStore.setState((state) => ({ toasts: state.toasts.filter((one) => one.id !== id) }));
}

/** Tells the person about an error: what happened, why, and what to do. What was cancelled is not told. */
export function reportError(error: unknown): void {
  const known = toAppError(error);
  if (known.code === 'CANCELLED') return;
  if (known.code === 'BUG') console.error(error);
  notify({
    severity: 'error',
    message: known.message,
    ...(known.action === undefined ? {} : { detail: known.action }),
  });
}
