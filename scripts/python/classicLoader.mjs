import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asciiOnly } from '../asciiOnly.mjs';

/** Replaces a passage that must be there exactly `count` times: a Pyodide whose code changed must not pass by unseen. */
function replaced(text, from, to, count) {
  const parts = text.split(from);
  if (parts.length !== count + 1) {
    throw new Error(`Pyodide's code has "${from}" ${parts.length - 1} times, ${count} were expected: look how it changed.`);
  }
  return parts.join(to);
}

/** Linear memory at which Python gets a MemoryError: 2 GiB, as startPython.ts says. */
const heapMax = 2 * 1024 ** 3;

/**
 * Pyodide's loader and its module as one function `pyexekubePyodide(fetch, WebAssembly)` in a classic script.
 * Why each passage is changed: the probe for classic workers would put a refusal of the CSP on the console at each start, and refuse us if
 * it were allowed; `import.meta` and `export` are for modules; 4 GiB of memory are more than a window should lose to one script; reading and writing
 * our SignalSource as if it were an array goes through accessors, which are so slow that a loop took a third longer.
 */
export async function classicLoader(pyodideFolder) {
  let loader = await readFile(join(pyodideFolder, 'pyodide.js'), 'utf8');
  loader = replaced(loader, 'return globalThis.importScripts("data:text/javascript,"),!0', 'return!1', 1);
  loader = replaced(loader, '//# sourceMappingURL=pyodide.js.map', '', 1);
  let module = await readFile(join(pyodideFolder, 'pyodide.asm.mjs'), 'utf8');
  module = replaced(module, 'export default _createPyodideModule;', '', 1);
  module = replaced(module, 'import.meta.url', '"https://localhost/pyodide.asm.mjs"', 3);
  module = replaced(module, 'var getHeapMax=()=>4294901760;', `var getHeapMax=()=>${heapMax - 65536};`, 1);
  module = replaced(
    module,
    'let result=Module.Py_EmscriptenSignalBuffer[0];Module.Py_EmscriptenSignalBuffer[0]=0;return result',
    'return Module.Py_EmscriptenSignalBuffer.take()',
    1,
  );
  module = module.replaceAll('return globalThis.importScripts("data:text/javascript,"),!0', 'return!1');
  const script = [
    'function pyexekubePyodide(fetch,WebAssembly){',
    loader,
    'delete globalThis.loadPyodide;',
    module,
    'return{loadPyodide:loadPyodide.loadPyodide,createModule:_createPyodideModule}}',
    '',
  ].join('\n');
  return asciiOnly(script);
}
