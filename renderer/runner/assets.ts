import manifest from 'virtual:python-manifest';
import workerSource from 'virtual:kernel-worker';

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

function address(name: string): string {
  return new URL(`../python/${name}`, location.href).href;
}

/** SRI's notation of a hash (w3.org/TR/sri): base64 of the digest. */
function integrityOf(sha256: string): string {
  const bytes = sha256.match(/../g)?.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))) ?? [];
  return `sha256-${btoa(bytes.join(''))}`;
}

/** Fetches one asset; the browser compares its hash with the one that was built in. @throws with the asset's name */
async function load(name: string): Promise<Response> {
  const file = manifest.find((entry) => entry.name === name);
  if (file === undefined) throw new Error(`The Python asset ${name} is not in this build.`);
  let response: Response | null = null;
  try {
    response = await fetch(address(name), { integrity: integrityOf(file.sha256), credentials: 'omit' });
  } catch {
    // Not reached, refused, or another hash: asked again without a hash below, only to say which.
  }
  if (response?.ok === true) return response;
  throw new Error(await refusal(name));
}

async function refusal(name: string): Promise<string> {
  const action = 'Install the application again, or build it again with "npm run build".';
  try {
    const { ok, status } = await fetch(address(name), { credentials: 'omit', cache: 'no-store' });
    if (ok) return `The Python asset ${name} was refused: its hash differs from the one that this build was made with. ${action}`;
    return `The Python asset ${name} is missing (status ${status}). ${action}`;
  } catch {
    return `The Python asset ${name} cannot be read. ${action}`;
  }
}

function shared(name: string): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(manifest.find((entry) => entry.name === name)?.bytes ?? 0));
}

function flag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Loads an asset into memory that workers have already, and lets those that wait for it go on. */
async function fill(name: string, memory: Uint8Array, ready: Int32Array): Promise<void> {
  memory.set(new Uint8Array(await (await load(name)).arrayBuffer()));
  Atomics.store(ready, 0, 1);
  Atomics.notify(ready, 0);
}

async function makeWorkerUrl(): Promise<string> {
  const loader = await (await load('pyodide.js')).blob();
  return URL.createObjectURL(new Blob([loader, '\n', workerSource], { type: 'text/javascript' }));
}

/** Begins to load all at once. */
export function loadAssets(): PythonAssets {
  const wasm = load('pyodide.asm.wasm').then((response) => WebAssembly.compileStreaming(response));
  const workerUrl = makeWorkerUrl();
  const snapshot = shared('snapshot.bin');
  const snapshotReady = flag();
  const restored = fill('snapshot.bin', snapshot, snapshotReady);
  const stdlib = shared('python_stdlib.zip');
  const stdlibReady = flag();
  // Needed last, for the first import: it shall not hold up the others.
  const library = Promise.all([wasm, restored]).then(() => fill('python_stdlib.zip', stdlib, stdlibReady));
  const complete = Promise.all([wasm, workerUrl, restored, library]).then(() => undefined);
  // Each kernel that needs them is told of a failure; there may be none yet.
  for (const part of [wasm, workerUrl, restored, library, complete]) part.catch(() => undefined);
  return { workerUrl, wasm, snapshot, snapshotReady, stdlib, stdlibReady, complete };
}
