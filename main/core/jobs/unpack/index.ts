export { isSafePath } from './safePath.ts';
export { createUnpacker, type ExpectedFile, type Unpacker } from './unpack.ts';
