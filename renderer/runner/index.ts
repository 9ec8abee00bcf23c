export { createKernelHost, maxKernels, type KernelHost, type KernelHostState, type SpareState } from './kernelHost.ts';
export type { Execution, KernelHandle, KernelState } from './kernelHandle.ts';
export type { Variables } from './kernelLink.ts';
export type { ExecuteCommand, ExecutionEnd, KernelEvent } from './kernelTypes.ts';
