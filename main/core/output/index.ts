export { sealOutput } from './chunks.ts';
export { createOutput, type Output } from './output.ts';
export type { FoundGap } from './completeness.ts';
export { outputPages } from './pages.ts';
