export { collectBundle, formatBytes, ignoreFile, warnBytes, type Bundle, type BundleRequest } from './collect.ts';
export { packBundle } from './pack.ts';
