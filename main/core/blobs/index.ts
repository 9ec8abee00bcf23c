export { encodeBlob, encodeBlobNow, findBlob, hashOf, putBlob, readBlob, type EncodedBlob } from './blobs.ts';
export { clearLoose } from './clearing.ts';
export { findTree, putTree, readTree, type TreeFile } from './trees.ts';
