export { type PayloadFiles, type Requirements, type RunnerConfig, type RunPayload } from './config.ts';
export {
  buildManifest,
  exitCodes,
  jobName,
  managedBy,
  managedByLabel,
  managedBySelector,
  type Manifest,
  type ManifestInput,
  ownerAnnotation,
  roomForFiles,
  runIdLabel,
  titleAnnotation,
  versionAnnotation,
} from './manifest.ts';
export { collectorContainer, mainContainer, runnerCommand } from './pod.ts';
export { readRunnerFiles, type RunnerFiles } from './runnerFiles.ts';
