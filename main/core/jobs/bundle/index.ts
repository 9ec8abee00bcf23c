export { collectBundle, formatBytes, type Bundle, type BundleRequest } from './collect.ts';
export { packBundle } from './pack.ts';
