import { connectionsContract } from './connections.ts';
import { editorsContract } from './editors.ts';
import { filesContract } from './files.ts';
import { jobsContract } from './jobs.ts';
import { outputContract } from './output.ts';
import { profilesContract } from './profiles.ts';
import { runsContract } from './runs.ts';
import { settingsContract } from './settings.ts';
import { systemContract } from './system.ts';

export * from './connections.ts';
export * from './editors.ts';
export * from './errors.ts';
export * from './failures.ts';
export * from './files.ts';
export * from './ids.ts';
export * from './jobs.ts';
export * from './logLevel.ts';
export * from './output.ts';
export * from './profiles.ts';
export * from './runs.ts';
export * from './settings.ts';
export * from './system.ts';

/** All that may be asked of the core. Every transport serves exactly this. */
export const contract = {
  connections: connectionsContract,
  editors: editorsContract,
  files: filesContract,
  jobs: jobsContract,
  output: outputContract,
  profiles: profilesContract,
  runs: runsContract,
  settings: settingsContract,
  system: systemContract,
};
export type Contract = typeof contract;
