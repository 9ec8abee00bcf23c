import type { RunSummary } from '../../contract/index.ts';
import { useHistoryPage } from './historyPages.ts';
import { history } from './historyStore.ts';

/** The two runs that a comparison begins with, the older at the left: the chosen one, else the last before it with the same title, else the one before it. */
export function pairFor(run: RunSummary): { left: RunSummary; right: RunSummary } {
  const { chosen } = useHistoryPage.getState();
  const { runs } = history.useStore.getState();
  const before = runs.filter((one) => one.id < run.id);
  const other = (chosen?.id === run.id ? null : chosen) ?? before.find((one) => one.title === run.title) ?? before[0] ?? runs.find((one) => one.id !== run.id) ?? run;
  return other.id < run.id ? { left: other, right: run } : { left: run, right: other };
}

/** Runs that can be chosen from, newest first: those that are read, and what is compared now. */
export function choicesWith(runs: readonly RunSummary[], most: number, ...more: readonly (RunSummary | null)[]): RunSummary[] {
  const choices = new Map(runs.slice(0, most).map((run) => [run.id, run]));
  for (const run of more) if (run !== null) choices.set(run.id, run);
  return [...choices.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
