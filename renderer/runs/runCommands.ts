import type { RunId } from '../../contract/index.ts';
import type { Command } from '../commands/index.ts';
import { useConsoleStore } from '../console/index.ts';
import { useEditorsStore } from '../editor/index.ts';
import { runAgain, runAgainExactly } from './again.ts';
import { restartKernel, startClusterRun, startRun, stopRun, stoppableTab } from './runActions.ts';

function hasTab(): boolean {
  return useEditorsStore.getState().activeId !== null;
}

function hasOutput(): boolean {
  return useConsoleStore.getState().activeId !== null;
}

async function shownAgain(again: (runId: RunId) => Promise<void>): Promise<void> {
  const { activeId } = useConsoleStore.getState();
  if (activeId !== null) await again(activeId);
}

/** Everything about running that has a name and a key. */
export const runCommands: Command[] = [
  { id: 'run.file', title: 'Run file', category: 'Run', keys: ['Mod+Enter'], isEnabled: hasTab, run: () => startRun('file') },
  { id: 'run.selection', title: 'Run selection or cell', category: 'Run', keys: ['Shift+Enter'], isEnabled: hasTab, run: () => startRun('selection') },
  { id: 'run.fresh', title: 'Run fresh, in a clean interpreter', category: 'Run', keys: ['Mod+Shift+Enter'], isEnabled: hasTab, run: () => startRun('fresh') },
  { id: 'job.run', title: 'Run on cluster', category: 'Run', keys: ['Alt+Shift+Enter'], isEnabled: hasTab, run: () => startClusterRun('file') },
  { id: 'job.runSelection', title: 'Run selection or cell on cluster', category: 'Run', isEnabled: hasTab, run: () => startClusterRun('selection') },
  { id: 'job.review', title: 'Check and show before running on cluster', category: 'Run', isEnabled: hasTab, run: () => startClusterRun('file', true) },
  { id: 'run.stop', title: 'Stop', category: 'Run', keys: ['Mod+.'], isEnabled: () => stoppableTab() !== null, run: stopRun },
  { id: 'run.again', title: 'Run again what is shown in the console', category: 'Run', keys: ['Mod+Alt+Enter'], isEnabled: hasOutput, run: () => shownAgain(runAgain) },
  { id: 'run.againExactly', title: 'Run again exactly what is shown, with the files as they were', category: 'Run', isEnabled: hasOutput, run: () => shownAgain(runAgainExactly) },
  { id: 'kernel.restart', title: 'Restart kernel', category: 'Run', keys: ['Mod+Alt+R'], isEnabled: hasTab, run: restartKernel },
];
