export { createLocalHistory, type LocalHistory } from './localHistory.ts';
export { clearVersions, hasTooMany, keepVersion } from './versions.ts';
