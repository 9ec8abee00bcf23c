import { registerCommands } from '../commands/index.ts';
import { onTabClosed } from '../editor/index.ts';
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
    onTabClosed((tabId) => void closeKernel(tabId).catch(reportError)),
    useConnection.subscribe((state) => {
      if (state.status === 'connected') retryStoring();
    }),
    disposeKernels,
  ];
  let frame = requestAnimationFrame(() => {
    // The second frame begins after the first was painted.
    frame = requestAnimationFrame(warmKernels);
  });
  return () => {
    cancelAnimationFrame(frame);
    for (const stop of stops) stop();
  };
}
