import { useSyncExternalStore } from 'react';
import type { TabId } from '../../contract/index.ts';
import { createKernelHost, type KernelHandle, type KernelHost, type KernelHostState, type KernelState } from '../runner/index.ts';

/** Python of the Pyodide that this application brings along; what a kernel says of itself replaces it. */
let pythonVersion = '3.14.2';
let pyodideVersion = '314.0.7';
let host: KernelHost | null = null;

function kernelHost(): KernelHost {
  if (host === null) {
    host = createKernelHost();
    host.subscribe(changed);
  }
  return host;
}

/** The kernel of an editor tab. */
export function kernelOf(tabId: TabId): KernelHandle {
  return kernelHost().kernel(tabId);
}

/** Starts a spare interpreter, once the window has painted. */
export function warmKernels(): void {
  kernelHost().warm();
}

export function disposeKernels(): void {
  host?.dispose();
  host = null;
}

/** The version that a run will have, as far as it is known: `3.14.2`. */
export function knownPythonVersion(): string {
  return pythonVersion;
}

/** What runs Python on this computer: `Pyodide 314.0.7`. */
export function knownRuntime(): string {
  return `Pyodide ${pyodideVersion}`;
}

/** What the status bar and the buttons show: the state of one tab's kernel, and of the spare. */
export interface KernelView {
  kernel: KernelState;
  spare: KernelHostState['spare'];
  /** Why Python could not start, although no run has asked for it yet. */
  failure: string | null;
}

const listeners = new Set<() => void>();
const views = new Map<TabId | null, KernelView>();

function changed(): void {
  views.clear();
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function viewOf(tabId: TabId | null): KernelView {
  const known = views.get(tabId);
  if (known !== undefined) return known;
  const { spare, failure } = host?.state() ?? { spare: 'none', failure: null };
  const view: KernelView = { kernel: tabId === null || host === null ? { status: 'idle' } : host.kernel(tabId).state(), spare, failure };
  if (view.kernel.status === 'ready') ({ pythonVersion, pyodideVersion } = view.kernel);
  views.set(tabId, view);
  return view;
}

/** The kernel of a tab as it is now; re-renders when it changes. */
export function useKernelView(tabId: TabId | null): KernelView {
  return useSyncExternalStore(subscribe, () => viewOf(tabId));
}
