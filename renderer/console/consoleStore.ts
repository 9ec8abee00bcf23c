import { create } from 'zustand';
import type { Engine, OutputFilter, RunId, RunMode, RunStatus, TabId } from '../../contract/index.ts';

/** A prompt that waits for the person. */
export interface InputRequest {
  prompt: string;
  password: boolean;
}

/** Why a run could not begin, or its output cannot be read, and how to try again. */
export interface ConsoleFailure {
  message: string;
  action: string | null;
  retry: (() => void) | null;
}

/** What is known of a run that has a tab in the console. Its output is in its session, never here. */
export interface ConsoleTab {
  runId: RunId;
  /** `run 41`: its place among all runs; null until it is known. */
  number: number | null;
  title: string;
  engine: Engine;
  /** Where a cluster run is: `context/namespace`; null for others, and while it is not known. */
  place: string | null;
  mode: RunMode;
  status: RunStatus;
  /** Milliseconds since 1970. */
  startedMs: number;
  durationMs: number | null;
  exitCode: number | null;
  peakMemoryBytes: number | null;
  pythonVersion: string | null;
  /** The editor tab whose kernel runs it; null for a run out of the history. */
  tabId: TabId | null;
  /** Whether this window runs it, or follows it on a cluster. */
  isLive: boolean;
  input: InputRequest | null;
  /** Stop was pressed. */
  isStopping: boolean;
  failure: ConsoleFailure | null;
  /** Storing the output waits, and why. */
  waiting: string | null;
  /** Output of a run out of the history is still being read. */
  isLoading: boolean;
}

interface ConsoleState {
  /** Newest first. */
  tabs: readonly ConsoleTab[];
  activeId: RunId | null;
  /** The search bar is shown. */
  isSearching: boolean;
  /** The bar that asks for a line or a time is shown. */
  isGoing: boolean;
  /** Only lines that meet a filter are shown. */
  isFiltering: boolean;
  /** One of these bars was asked for just now: it is to take the focus. */
  isBarAsked: boolean;
  /** The dialog that saves the output is open. */
  isSaving: boolean;
  /** The filter that is shown; null while it leaves nothing out. */
  shownFilter: OutputFilter | null;
}

export const useConsoleStore = create<ConsoleState>()(() => ({ tabs: [], activeId: null, isSearching: false, isGoing: false, isFiltering: false, isBarAsked: false, isSaving: false, shownFilter: null }));

/** Notes what is new about a tab; what says nothing new draws nothing. */
export function updateTab(runId: RunId, patch: Partial<ConsoleTab>): void {
  const known = findTab(runId);
  if (known === undefined) return;
  const tab = { ...known, ...patch };
  if (Object.entries(tab).every(([key, value]) => Reflect.get(known, key) === value)) return;
  useConsoleStore.setState((state) => ({ tabs: state.tabs.map((other) => (other.runId === runId ? tab : other)) }));
}

export function findTab(runId: RunId): ConsoleTab | undefined {
  return useConsoleStore.getState().tabs.find((tab) => tab.runId === runId);
}

/** The run whose output is in front; null when the console is empty. */
export function useActiveTab(): ConsoleTab | null {
  return useConsoleStore((state) => state.tabs.find((tab) => tab.runId === state.activeId) ?? null);
}

export function selectConsoleTab(runId: RunId): void {
  useConsoleStore.setState({ activeId: runId });
}

export function setSearching(isSearching: boolean): void {
  useConsoleStore.setState({ isSearching, isBarAsked: isSearching, ...(isSearching ? { isGoing: false, isFiltering: false } : {}) });
}

export function setGoing(isGoing: boolean): void {
  useConsoleStore.setState({ isGoing, isBarAsked: isGoing, ...(isGoing ? { isSearching: false, isFiltering: false } : {}) });
}

/** @param isBarAsked false leaves the focus where it is */
export function setFiltering(isFiltering: boolean, isBarAsked = isFiltering): void {
  useConsoleStore.setState({ isFiltering, isBarAsked, ...(isFiltering ? { isSearching: false, isGoing: false } : {}) });
}

export function setSaving(isSaving: boolean): void {
  useConsoleStore.setState({ isSaving });
}
