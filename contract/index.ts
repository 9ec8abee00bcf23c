import { backupsContract } from './backups.ts';
import { connectionsContract } from './connections.ts';
import { editorsContract } from './editors.ts';
import { filesContract } from './files.ts';
import { historyContract } from './history.ts';
import { inputsContract } from './inputs.ts';
import { jobsContract } from './jobs.ts';
import { localHistoryContract } from './localHistory.ts';
import { outputContract } from './output.ts';
import { profilesContract } from './profiles.ts';
import { runsContract } from './runs.ts';
import { settingsContract } from './settings.ts';
import { systemContract } from './system.ts';
import { transferContract } from './transfer.ts';

export * from './backups.ts';
export * from './connections.ts';
export * from './editors.ts';
export * from './errors.ts';
export * from './failures.ts';
export * from './files.ts';
export * from './history.ts';
export * from './ids.ts';
export * from './inputs.ts';
export * from './jobs.ts';
export * from './localHistory.ts';
export * from './logLevel.ts';
export * from './output.ts';
export * from './outputPattern.ts';
export * from './outputText.ts';
export * from './profiles.ts';
export * from './runs.ts';
export * from './settings.ts';
export * from './system.ts';
export * from './transfer.ts';

/** All that may be asked of the core. Every transport serves exactly this. */
export const contract = {
  backups: backupsContract,
  connections: connectionsContract,
  editors: editorsContract,
  files: filesContract,
  history: historyContract,
  inputs: inputsContract,
  jobs: jobsContract,
  localHistory: localHistoryContract,
  output: outputContract,
  profiles: profilesContract,
  runs: runsContract,
  settings: settingsContract,
  system: systemContract,
  transfer: transferContract,
};
export type Contract = typeof contract;
