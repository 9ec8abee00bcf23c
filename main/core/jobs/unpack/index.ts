export { localNames } from './localNames.ts';
export { createUnpacker, type ExpectedFile, type Unpacker } from './unpack.ts';
