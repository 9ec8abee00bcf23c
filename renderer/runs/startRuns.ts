import { registerCommands } from '../commands/index.ts';
import { onTabClosed, whenEditorUsable } from '../editor/index.ts';
import { startJobs } from '../jobs/index.ts';
import { useConnection } from '../rpc/index.ts';
import { reportError } from '../ui/index.ts';
import { disposeKernels, warmKernels } from './kernels.ts';
import { retryStoring } from './localRun.ts';
import { closeKernel } from './runActions.ts';
import { runCommands } from './runCommands.ts';

/** Starts what running needs: its commands, and Python once the window has painted. @returns ends it */
export function startRuns(): () => void {
  const stops = [
    registerCommands(runCommands),
    startJobs(),
    onTabClosed((tabId) => void closeKernel(tabId).catch(reportError)),
    useConnection.subscribe((state) => {
      if (state.status === 'connected') retryStoring();
    }),
    disposeKernels,
  ];
  let stopped = false;
  let idle = 0;
  // Python is much work for the whole machine: first the window is painted and the editor takes keys.
  void whenEditorUsable.then(() => {
    if (!stopped) idle = requestIdleCallback(warmKernels, { timeout: 500 });
  });
  return () => {
    stopped = true;
    cancelIdleCallback(idle);
    for (const stop of stops) stop();
  };
}
