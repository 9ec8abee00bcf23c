import { maxSourceLength, type TabId } from '../../contract/index.ts';
import { getActiveSource, openScratch, useEditorsStore } from '../editor/index.ts';
import { useConsoleStore } from '../console/index.ts';
import { forgetFigures } from '../plots/index.ts';
import { runOnCluster } from '../jobs/index.ts';
import { notify, reportError } from '../ui/index.ts';
import { dedent } from './dedent.ts';
import { kernelOf } from './kernels.ts';
import { runLocally, stopLocalRun, type RunRequest } from './localRun.ts';
import { noteVariablesChanged, tabRun, useRunsStore } from './runsStore.ts';
import { forgetGivenFiles } from './workspaceFiles.ts';

/** What is asked for: the whole file, the selection or else the cell, or the whole in a clean interpreter. */
export type StartMode = 'file' | 'selection' | 'fresh';

function requestFor(mode: StartMode): RunRequest | null {
  const active = getActiveSource();
  if (active === null) return null;
  const { tabId, title, path, text, selection, cell } = active;
  const whole = { tabId, title, path, source: text, lineOffset: 1, argv: [] };
  if (mode !== 'selection') return { ...whole, mode };
  if (selection !== null) return { ...whole, mode: 'selection', source: dedent(selection.text), lineOffset: selection.startLine };
  if (cell !== null) return { ...whole, mode: 'cell', source: cell.text, lineOffset: cell.startLine };
  return { ...whole, mode: 'file' };
}

/** What is in front, or tells the person that nothing is. */
function requestInFront(mode: StartMode): RunRequest | null {
  const request = requestFor(mode);
  if (request === null) {
    notify({ severity: 'info', message: 'There is nothing to run: no tab is open.', action: { label: 'New scratch tab', run: () => void openScratch({ text: '' }) } });
  } else if (request.source.length > maxSourceLength) {
    notify({ severity: 'error', message: 'This source is too long to run.', detail: `At most ${maxSourceLength.toLocaleString()} characters run at once. Put data into a file and open it from the script.` });
    return null;
  }
  return request;
}

/** Runs what is in front. A tab runs one thing at a time: while it does, the person is asked. */
export function startRun(mode: StartMode): void {
  const request = requestInFront(mode);
  if (request !== null) runHere(request);
}

/** Runs what is in front on the cluster that is the target. */
export async function startClusterRun(mode: StartMode, isReview = false): Promise<void> {
  const request = requestInFront(mode);
  if (request !== null) await runOnCluster(request, isReview);
}

/** Runs a request in the kernel of its tab. */
export function runHere(request: RunRequest): void {
  if (tabRun(request.tabId) !== null) {
    notify({
      severity: 'info',
      message: `${request.title} is still running.`,
      detail: 'One run at a time uses the variables of a tab; other tabs run beside it.',
      action: { label: 'Stop and run', run: () => void stopAndRun(request).catch(reportError) },
    });
    return;
  }
  runLocally(request).catch(reportError);
}

async function stopAndRun(request: RunRequest): Promise<void> {
  await stopAndWait(request.tabId);
  await runLocally(request);
}

/** Stops what a tab runs, and waits until it has ended and is stored. */
async function stopAndWait(tabId: TabId): Promise<void> {
  if (!stopLocalRun(tabId)) return;
  await new Promise<void>((resolve) => {
    const unsubscribe = useRunsStore.subscribe((state) => {
      if (state.byTab.has(tabId)) return;
      unsubscribe();
      resolve();
    });
  });
}

/** The tab that Stop is about: the one in front if it runs something, else the one whose output is in front. */
export function stoppableTab(): TabId | null {
  const { activeId } = useEditorsStore.getState();
  const { byTab } = useRunsStore.getState();
  if (activeId !== null && byTab.has(activeId)) return activeId;
  const { tabs, activeId: shown } = useConsoleStore.getState();
  const tabId = tabs.find((tab) => tab.runId === shown)?.tabId ?? null;
  return tabId !== null && byTab.has(tabId) ? tabId : null;
}

/** Stops the run in front; it ends within a second, with what it printed. */
export function stopRun(): void {
  const tabId = stoppableTab();
  if (tabId !== null) stopLocalRun(tabId);
}

/** Gives the tab in front a clean interpreter: its variables are gone. */
export async function restartKernel(): Promise<void> {
  const { activeId } = useEditorsStore.getState();
  if (activeId === null) return;
  await stopAndWait(activeId);
  forgetGivenFiles(activeId);
  await kernelOf(activeId).restart();
  noteVariablesChanged();
  notify({ severity: 'success', message: 'The kernel is new: its variables are gone.' });
}

/** A tab was closed: what it runs is stopped, its interpreter is let go. */
export async function closeKernel(tabId: TabId): Promise<void> {
  await stopAndWait(tabId);
  forgetGivenFiles(tabId);
  forgetFigures(tabId);
  kernelOf(tabId).dispose();
}
