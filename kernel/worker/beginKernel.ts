import type { WorkerCommand, WorkerStart } from '../protocol/wire.ts';
import type { CreateModule, LoadPyodide } from './pyodide.ts';
import { KernelSession } from './session.ts';
import { startPython } from './startPython.ts';

type Fetched = { ok: boolean; arrayBuffer(): Promise<ArrayBufferLike> };

/** Pyodide's loader as a function of what it would take from the global scope; made by classicLoader.mjs. */
export type Loader = (
  fetch: (url: unknown) => Promise<Fetched>,
  webAssembly: object,
) => { loadPyodide: LoadPyodide; createModule: CreateModule };

const indexURL = 'https://localhost/';
/** No such places: names by which `fetched` below knows what is asked for. */
const stdLibURL = { load: `${indexURL}python_stdlib.zip`, snapshot: `${indexURL}none.zip` };

/**
 * Starts Python from the memory that the frame gave, and then serves the commands that come over its port.
 * A start that fails is told by `startFailed`; it never rejects.
 */
export async function beginKernel(start: WorkerStart, loader: Loader, startedAt: number): Promise<void> {
  const { port, control, wasm, stdlib, stdlibReady, snapshot, snapshotReady } = start;
  // Bound now: a script that replaces MessagePort's methods later neither sees this port nor stops it.
  const send = port.postMessage.bind(port);
  const fetched = async (url: unknown): Promise<Fetched> => {
    const isLibrary = String(url) === stdLibURL.load;
    if (isLibrary) Atomics.wait(stdlibReady, 0, 0);
    return { ok: true, arrayBuffer: () => Promise.resolve(isLibrary ? stdlib.buffer : new ArrayBuffer(0)) };
  };
  const webAssembly = Object.create(WebAssembly, {
    instantiateStreaming: {
      value: async (_response: unknown, imports: WebAssembly.Imports) => ({
        instance: await WebAssembly.instantiate(wasm, imports),
        module: wasm,
      }),
    },
  });
  // The machine is made while the snapshot still arrives; then there is nothing to do but wait.
  const arrived = (bytes: Uint8Array) => (): Uint8Array => {
    Atomics.wait(snapshotReady, 0, 0);
    return bytes;
  };
  try {
    const { python, startedFrom } = await startPython({ ...loader(fetched, webAssembly), snapshot: snapshot === null ? null : arrived(snapshot), indexURL, stdLibURL });
    // In place of what the loader wrote, the memory that all workers share.
    python.FS.writeFile('/lib/python314.zip', stdlib, { canOwn: true });
    const session = new KernelSession({
      python,
      control,
      send: (message, transfer) => send(message, transfer ?? []),
      startedFrom,
      startedAt,
    });
    port.onmessage = (event: MessageEvent<WorkerCommand>) => session.handle(event.data);
  } catch (error) {
    send({ type: 'startFailed', message: `Python could not start: ${error instanceof Error ? error.message : String(error)}` });
  }
}
