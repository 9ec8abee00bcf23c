import type { WorkerStart } from '../protocol/wire.ts';
import { beginKernel, type Loader } from './beginKernel.ts';

/**
 * The worker's first code, in a classic worker made from a blob, whose text this bundle and Pyodide's loader are (a worker with an opaque
 * origin can load neither a module nor a URL). The loader is a function, so that it sees our fetch and WebAssembly: it gets
 * the bytes and the compiled module that all workers share, and the network is asked for nothing.
 */
declare const pyexekubePyodide: Loader;

const startedAt = performance.now();

addEventListener('message', (event: MessageEvent<WorkerStart>) => void beginKernel(event.data, pyexekubePyodide, startedAt), { once: true });
