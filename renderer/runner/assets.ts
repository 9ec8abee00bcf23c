import loaderSource from 'virtual:asset-loader';
import workerSource from 'virtual:kernel-worker';
import files from 'virtual:python-manifest';
import { deferred } from '../lib/deferred.ts';
import type { AssetsRequest, LoadedAsset } from './assetMessages.ts';

/** What every worker of this frame is made from; the memory is shared, not copied. Each part comes as soon as it is there. */
export type PythonAssets = {
  workerUrl: Promise<string>;
  wasm: Promise<WebAssembly.Module>;
  /** Both filled while workers start; see WorkerStart. */
  snapshot: Uint8Array;
  snapshotReady: Int32Array;
  stdlib: Uint8Array;
  stdlibReady: Int32Array;
  /** Resolves when all is there; rejects with the name of what is missing or altered. */
  complete: Promise<void>;
};

function shared(name: string): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(files.find((entry) => entry.name === name)?.bytes ?? 0));
}

function flag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

function scriptUrl(...parts: BlobPart[]): string {
  return URL.createObjectURL(new Blob(parts, { type: 'text/javascript' }));
}

/** Begins to load all at once, in a worker that ends when it has done so. */
export function loadAssets(): PythonAssets {
  const memory = { snapshot: shared('snapshot.bin'), snapshotReady: flag(), stdlib: shared('python_stdlib.zip'), stdlibReady: flag() };
  const workerUrl = deferred<string>();
  const wasm = deferred<WebAssembly.Module>();
  const complete = deferred<void>();
  const loaderUrl = scriptUrl(loaderSource);
  const loader = new Worker(loaderUrl);

  function end(error?: Error): void {
    loader.terminate();
    URL.revokeObjectURL(loaderUrl);
    if (error === undefined) complete.resolve();
    else for (const part of [workerUrl, wasm, complete]) part.reject(error);
  }

  loader.onmessage = (event: MessageEvent<LoadedAsset>) => {
    const asset = event.data;
    switch (asset.type) {
      case 'pyodide':
        return workerUrl.resolve(scriptUrl(asset.script, '\n', workerSource));
      case 'wasm':
        return wasm.resolve(asset.module);
      case 'complete':
        return end();
      case 'failed':
        return end(new Error(asset.message));
    }
  };
  loader.onerror = (event) => end(new Error(`Python's assets could not be loaded: ${event.message}`));
  const request: AssetsRequest = { base: new URL('../python/', location.href).href, files, ...memory };
  loader.postMessage(request);
  // Each kernel that needs them is told of a failure; there may be none yet.
  for (const part of [workerUrl, wasm, complete]) part.promise.catch(() => undefined);
  return { workerUrl: workerUrl.promise, wasm: wasm.promise, ...memory, complete: complete.promise };
}
