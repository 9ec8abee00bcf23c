export { createLocalHistory, type LocalHistory } from './localHistory.ts';
export { addVersion, clearVersions, hasTooMany, keepVersion } from './versions.ts';
