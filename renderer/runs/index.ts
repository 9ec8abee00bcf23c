export { runAgain, runAgainExactly } from './again.ts';
export { KernelStatus } from './KernelStatus.tsx';
export { kernelOf } from './kernels.ts';
export { restartKernel, startRun, stopRun, type StartMode } from './runActions.ts';
export { RunToolbar } from './RunToolbar.tsx';
export { useRunsStore } from './runsStore.ts';
export { startRuns } from './startRuns.ts';
