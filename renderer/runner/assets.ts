import manifest from 'virtual:python-manifest';
import workerSource from 'virtual:kernel-worker';

/** What every worker of this frame is made from; the memory is shared, not copied. */
export type PythonAssets = {
  workerUrl: string;
  wasm: WebAssembly.Module;
  stdlib: Uint8Array;
  snapshot: Uint8Array | null;
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

async function sharedBytes(name: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(await (await load(name)).arrayBuffer());
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** Loads all at once; what is missing or altered is named. */
export async function loadAssets(): Promise<PythonAssets> {
  const [loader, wasm, stdlib, snapshot] = await Promise.all([
    load('pyodide.js').then((response) => response.blob()),
    load('pyodide.asm.wasm').then((response) => WebAssembly.compileStreaming(response)),
    sharedBytes('python_stdlib.zip'),
    sharedBytes('snapshot.bin'),
  ]);
  const workerUrl = URL.createObjectURL(new Blob([loader, '\n', workerSource], { type: 'text/javascript' }));
  return { workerUrl, wasm, stdlib, snapshot };
}
