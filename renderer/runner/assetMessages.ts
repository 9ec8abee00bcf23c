/** From the frame to the worker that loads Python's assets, once. */
export type AssetsRequest = {
  /** Folder of the assets, with a slash at its end. */
  base: string;
  files: readonly { name: string; bytes: number; sha256: string }[];
  /** Shared memory, filled while kernels start; the flags turn 1 when it is whole. See WorkerStart. */
  snapshot: Uint8Array;
  snapshotReady: Int32Array;
  stdlib: Uint8Array;
  stdlibReady: Int32Array;
};

/** What that worker answers, each as soon as it is there; `complete` or `failed` is the last. */
export type LoadedAsset =
  | { type: 'pyodide'; script: Blob }
  | { type: 'wasm'; module: WebAssembly.Module }
  | { type: 'complete' }
  | { type: 'failed'; message: string };
