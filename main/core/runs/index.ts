export { setNote, setTags } from './annotations.ts';
export { createEngineRuns, type EngineRuns } from './engineRuns.ts';
export { createRunsFeed, type RunsFeed } from './feed.ts';
export { findOwnRun, findRun, reviveRun } from './owned.ts';
export { firstLineOf, runColumns, summaryOf, type RunRow } from './rows.ts';
export { createRuns, deleteRun, type Runs } from './runs.ts';
export { createTextIndex, importedCore, importingCore, type TextIndex } from './textIndex.ts';
export { createOwners, type Owners } from './owners.ts';
export { createRetention, previewRetention, type Retention } from './retention.ts';
