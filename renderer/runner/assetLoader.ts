import { again } from '../lib/again.ts';
import type { AssetsRequest, LoadedAsset } from './assetMessages.ts';

/**
 * A worker of the frame that loads Python's assets, and is then ended: with it goes every copy that fetching and checking them left behind,
 * which a garbage collection of the frame itself would leave for long.
 */
type Loading = AssetsRequest & { post(message: LoadedAsset): void };

/** SRI's notation of a hash (w3.org/TR/sri): base64 of the digest. */
function integrityOf(sha256: string): string {
  const bytes = sha256.match(/../g)?.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))) ?? [];
  return `sha256-${btoa(bytes.join(''))}`;
}

/**
 * Fetches one asset, again while it does not arrive whole; the browser compares its hash with the one that was built in.
 * @param read takes the answer's content
 * @throws with the asset's name
 */
async function load<T>({ base, files }: Loading, name: string, read: (response: Response) => Promise<T>): Promise<T> {
  const file = files.find((entry) => entry.name === name);
  if (file === undefined) throw new Error(`The Python asset ${name} is not in this build.`);
  const url = new URL(name, base).href;
  try {
    return await again(async () => {
      const response = await fetch(url, { integrity: integrityOf(file.sha256), credentials: 'omit' });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return read(response);
    });
  } catch {
    // Not reached, refused, or another hash: asked once more without a hash, only to say which.
    throw new Error(await refusal(name, url));
  }
}

async function refusal(name: string, url: string): Promise<string> {
  const action = 'Install the application again, or build it again with "npm run build".';
  try {
    const { ok, status } = await fetch(url, { credentials: 'omit', cache: 'no-store' });
    if (ok) return `The Python asset ${name} was refused: its hash differs from the one that this build was made with. ${action}`;
    return `The Python asset ${name} is missing (status ${status}). ${action}`;
  } catch {
    return `The Python asset ${name} cannot be read. ${action}`;
  }
}

/** Loads an asset into memory that kernels have already, and lets those that wait for it go on. */
async function fill(loading: Loading, name: string, memory: Uint8Array, ready: Int32Array): Promise<void> {
  memory.set(new Uint8Array(await load(loading, name, (response) => response.arrayBuffer())));
  Atomics.store(ready, 0, 1);
  Atomics.notify(ready, 0);
}

async function loadAll(loading: Loading): Promise<void> {
  const wasm = load(loading, 'pyodide.asm.wasm', (response) => WebAssembly.compileStreaming(response)).then((module) => loading.post({ type: 'wasm', module }));
  const pyodide = load(loading, 'pyodide.js', (response) => response.blob()).then((script) => loading.post({ type: 'pyodide', script }));
  const snapshot = fill(loading, 'snapshot.bin', loading.snapshot, loading.snapshotReady);
  // Needed last, for the first import: it shall not hold up the others.
  const stdlib = Promise.all([wasm, snapshot]).then(() => fill(loading, 'python_stdlib.zip', loading.stdlib, loading.stdlibReady));
  await Promise.all([wasm, pyodide, snapshot, stdlib]);
}

addEventListener(
  'message',
  (event: MessageEvent<AssetsRequest>) => {
    const post = (message: LoadedAsset): void => postMessage(message);
    loadAll({ ...event.data, post }).then(
      () => post({ type: 'complete' }),
      (error: unknown) => post({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
    );
  },
  { once: true },
);
