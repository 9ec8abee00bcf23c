import { Worker, type ResourceLimits } from 'node:worker_threads';

/** Modules that run in threads of their own, and the files that they are bundled to, beside the core's. */
const files = {
  output: { source: './output/outputProgram.ts', bundle: './coreOutput.cjs' },
  compare: { source: './history/compareProgram.ts', bundle: './coreCompare.cjs' },
} as const;

/** @param resourceLimits what the thread may take; it ends with an error beyond */
export function startThread(name: keyof typeof files, resourceLimits: ResourceLimits): Worker {
  const { source, bundle } = files[name];
  const isSource = import.meta.url.endsWith('.ts');
  return new Worker(new URL(isSource ? source : bundle, import.meta.url), { execArgv: [], env: {}, resourceLimits });
}
