export { createEngineRuns, type EngineRuns } from './engineRuns.ts';
export { createRunsFeed, type RunsFeed } from './feed.ts';
export { findOwnRun, findRun, reviveRun } from './owned.ts';
export { runColumns, summaryOf, type RunRow } from './rows.ts';
export { createRuns, type Runs } from './runs.ts';
export { createTextIndex, type TextIndex } from './textIndex.ts';
export { createOwners, type Owners } from './owners.ts';
export { createRetention, previewRetention, type Retention } from './retention.ts';
