export { createFiles, type Files } from './files.ts';
export { translated } from './faults.ts';
export { readVersion, type ReadState } from './keeping.ts';
