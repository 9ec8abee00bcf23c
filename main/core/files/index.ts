export { createFiles, type Files } from './files.ts';
export { readVersion, type ReadState } from './keeping.ts';
