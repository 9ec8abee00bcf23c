import type { CreateModule, LoadPyodide, Pyodide } from './pyodide.ts';
import { openSnapshot } from './snapshot.ts';

/** Bytes to which the linear memory may grow: then Python gets a MemoryError, well before the process is in danger. */
export const maxMemoryBytes = 2 * 1024 ** 3;

export type PythonSource = {
  loadPyodide: LoadPyodide;
  createModule: CreateModule;
  /** Gives the packed snapshot, once the machine that it goes into is there, and may wait for it. Null: a plain load. */
  snapshot: (() => Uint8Array) | null;
  indexURL?: string;
  /** Where a plain load finds the standard library, and a start from the snapshot, which needs it only for the first import. */
  stdLibURL?: { load: string; snapshot: string };
};

/** No packages beyond the standard library; and nothing is fetched to learn so. */
const lockFile = { info: { abi_version: '2026_0', arch: 'wasm32', platform: 'emscripten', python: '3.14.2', version: '314.0.7' }, packages: {} };

/**
 * Starts an interpreter: from the snapshot, or plainly if there is none or it does not fit.
 * @throws when the plain load fails, too
 */
export async function startPython(source: PythonSource): Promise<{ python: Pyodide; startedFrom: 'snapshot' | 'load' }> {
  const options = {
    ...(source.indexURL === undefined ? {} : { indexURL: source.indexURL }),
    lockFileContents: lockFile,
    env: { HOME: '/home/user' },
  };
  const library = (kind: 'load' | 'snapshot'): { stdLibURL?: string } =>
    source.stdLibURL === undefined ? {} : { stdLibURL: source.stdLibURL[kind] };
  if (source.snapshot !== null) {
    try {
      const { snapshot } = source;
      const python = await source.loadPyodide({
        ...options,
        ...library('snapshot'),
        // Says that there is one; its bytes are taken below.
        _loadSnapshot: new Uint8Array(),
        async createPyodideModule(settings) {
          const module = await source.createModule(settings);
          // Pyodide copies a whole memory: given the head alone it copies nothing, and the pages are put in here.
          const readHead = module.API.restoreSnapshot;
          module.API.restoreSnapshot = () => {
            const opened = openSnapshot(snapshot());
            const state = readHead(opened.head);
            opened.restore(module.HEAPU8);
            return state;
          };
          return module;
        },
      });
      return { python, startedFrom: 'snapshot' };
    } catch (error) {
      // Made by another build of Pyodide, or a browser that grows memory differently: slower, but it starts.
      console.warn('The start-up snapshot does not fit, Python is loaded without it.', error);
    }
  }
  const python = await source.loadPyodide({ ...options, ...library('load'), createPyodideModule: source.createModule });
  python.pyimport('_pyexekube.kernel').prepare();
  return { python, startedFrom: 'load' };
}
