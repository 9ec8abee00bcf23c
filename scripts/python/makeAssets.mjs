// Usage: node makeAssets.mjs PYODIDE_FOLDER PYTHON_FOLDER OUT_FOLDER; makes python_stdlib.zip and snapshot.bin.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packSnapshot } from '../../kernel/worker/snapshot.ts';

const [pyodideFolder, pythonFolder, outFolder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, 'pyodide.mjs')).href);
const { default: createModule } = await import(pathToFileURL(join(pyodideFolder, 'pyodide.asm.mjs')).href);

/** Memory of a new instance of Pyodide: a snapshot of more could not be put back into one. */
const initialMemoryBytes = 30 * 1024 ** 2;

/** What scripts import most: in the snapshot their import costs nothing. */
const preloaded = [
  'argparse', 'array', 'asyncio', 'base64', 'bisect', 'collections', 'contextlib', 'copy', 'csv', 'dataclasses', 'datetime', 'decimal', 'enum',
  'functools', 'heapq', 'io', 'itertools', 'json', 'logging', 'math', 'operator', 'os', 'pathlib', 'random', 're', 'statistics', 'string',
  'struct', 'textwrap', 'threading', 'time', 'traceback', 'typing',
];

/** Compiles the standard library, and our Python side into it, with this very interpreter. */
async function compileLibrary() {
  const python = await loadPyodide({ indexURL: pyodideFolder });
  python.FS.mkdirTree('/ours');
  for (const entry of await readdir(pythonFolder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.py')) continue;
    const path = relative(pythonFolder, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    python.FS.mkdirTree(`/ours/${path.split('/').slice(0, -1).join('/')}`);
    python.FS.writeFile(`/ours/${path}`, await readFile(join(entry.parentPath, entry.name)));
  }
  python.FS.writeFile('/stdlib.zip', await readFile(join(pyodideFolder, 'python_stdlib.zip')));
  python.runPython(`
import importlib._bootstrap_external as bootstrap, os, zipfile

def compiled(source, path):
    # The file name is the one that tracebacks and the filter on the user's frames know.
    code = compile(source, "/lib/python314.zip/" + path, "exec", dont_inherit=True)
    # Unchecked: the source is not there to be checked against.
    return bytes(bootstrap._code_to_hash_pyc(code, b"\\0" * 8, False))

def add(out, name, data):
    # One date for all, so that the same inputs give the same bytes.
    info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(info, data, compresslevel=9)

with zipfile.ZipFile("/stdlib.zip") as library, zipfile.ZipFile("/out.zip", "w") as out:
    for name in sorted(library.namelist()):
        if name.endswith("/"):
            continue
        data = library.read(name)
        if name.endswith(".py"):
            add(out, name + "c", compiled(data, name))
        else:
            add(out, name, data)
    for folder, folders, files in os.walk("/ours"):
        folders.sort()
        for file in sorted(files):
            path = os.path.join(folder, file)
            name = os.path.relpath(path, "/ours")
            with open(path, "rb") as source:
                add(out, name + "c", compiled(source.read(), name))
`);
  return python.FS.readFile('/out.zip');
}

async function photograph(stdlibPath) {
  const python = await loadPyodide({ indexURL: pyodideFolder, stdLibURL: stdlibPath, env: { HOME: '/home/user' }, _makeSnapshot: true });
  python.pyimport('_pyexekube.kernel').prepare();
  python.runPython(`
import importlib, gc, sys
for name in ${JSON.stringify(preloaded)}:
    importlib.import_module(name)
for name in ("importlib", "gc", "sys", "name"):
    del globals()[name]
import gc; gc.collect(); del gc
`);
  const bytes = python._module.HEAPU8.length;
  if (bytes > initialMemoryBytes) {
    throw new Error(`The memory grew to ${bytes} bytes, and a new instance has ${initialMemoryBytes}: preload fewer modules.`);
  }
  return python.makeMemorySnapshot();
}

/** The linear memory of an instance before anything is restored into it. */
async function freshMemory(stdlibPath, snapshot) {
  let memory;
  await loadPyodide({
    indexURL: pyodideFolder,
    stdLibURL: stdlibPath,
    _loadSnapshot: snapshot,
    async createPyodideModule(settings) {
      const module = await createModule(settings);
      memory = module.HEAPU8.slice();
      return module;
    },
  });
  return memory;
}

const stdlibPath = join(outFolder, 'python_stdlib.zip');
await writeFile(stdlibPath, await compileLibrary());
const snapshot = await photograph(stdlibPath);
await writeFile(join(outFolder, 'snapshot.bin'), packSnapshot(snapshot, await freshMemory(stdlibPath, snapshot)));
