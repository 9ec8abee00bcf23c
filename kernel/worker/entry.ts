import type { WorkerCommand, WorkerStart } from '../protocol/wire.ts';
import type { CreateModule, LoadPyodide } from './pyodide.ts';
import { KernelSession } from './session.ts';
import { startPython } from './startPython.ts';

/**
 * The worker's first code, in a classic worker made from a blob, whose text this bundle and Pyodide's loader are (a worker with an opaque
 * origin can load neither a module nor a URL). The loader is a function, so that it sees our fetch and WebAssembly: it gets
 * the bytes and the compiled module that all workers share, and the network is asked for nothing.
 */
declare function pyexekubePyodide(
  fetch: (url: unknown) => Promise<{ ok: boolean; arrayBuffer(): Promise<ArrayBufferLike> }>,
  webAssembly: object,
): { loadPyodide: LoadPyodide; createModule: CreateModule };

const startedAt = performance.now();
const stdLibURL = { load: 'https://localhost/python_stdlib.zip', snapshot: 'https://localhost/none.zip' };

addEventListener('message', (event: MessageEvent<WorkerStart>) => void begin(event.data), { once: true });

async function begin({ port, control, wasm, stdlib, stdlibReady, snapshot }: WorkerStart): Promise<void> {
  // Bound now: a script that replaces MessagePort's methods later neither sees this port nor stops it.
  const send = port.postMessage.bind(port);
  try {
    const shared = Object.create(WebAssembly, {
      instantiateStreaming: {
        value: async (_response: unknown, imports: WebAssembly.Imports) => ({
          instance: await WebAssembly.instantiate(wasm, imports),
          module: wasm,
        }),
      },
    });
    const loaded = async (url: unknown): Promise<{ ok: boolean; arrayBuffer(): Promise<ArrayBufferLike> }> => {
      const isLibrary = String(url) === stdLibURL.load;
      if (isLibrary) Atomics.wait(stdlibReady, 0, 0);
      return { ok: true, arrayBuffer: () => Promise.resolve(isLibrary ? stdlib.buffer : new ArrayBuffer(0)) };
    };
    const { loadPyodide, createModule } = pyexekubePyodide(loaded, shared);
    const { python, startedFrom } = await startPython({ loadPyodide, createModule, snapshot, indexURL: 'https://localhost/', stdLibURL });
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
