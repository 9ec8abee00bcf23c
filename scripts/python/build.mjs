import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { classicLoader } from './classicLoader.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const pyodideFolder = join(root, 'node_modules/pyodide');
const pythonFolder = join(root, 'kernel/python');

/** The files of dist/window/python, in the order in which the frame needs them. */
export const assetNames = ['pyodide.js', 'pyodide.asm.wasm', 'python_stdlib.zip', 'snapshot.bin'];

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function filesUnder(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__') && !entry.name.endsWith('.pyc'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What the result depends on: Pyodide's files, our Python side, and what makes the one into the other. */
async function inputKey() {
  const inputs = [
    ...['pyodide.js', 'pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip', 'package.json'].map((name) => join(pyodideFolder, name)),
    ...(await filesUnder(pythonFolder)),
    ...['build.mjs', 'makeAssets.mjs', 'classicLoader.mjs'].map((name) => join(root, 'scripts/python', name)),
    ...['snapshot.ts', 'startPython.ts'].map((name) => join(root, 'kernel/worker', name)),
  ];
  const hash = createHash('sha256').update(`${process.versions.node.split('.')[0]}\n`);
  for (const path of inputs) hash.update(`${relative(root, path).replaceAll('\\', '/')} ${sha256(await readFile(path))}\n`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * Makes the folder of Python's assets: the loader as a classic script, the WebAssembly, the standard library compiled by the same
 * interpreter, the start-up snapshot, and manifest.json with name, bytes and sha256 of each.
 * The assets are kept in the cache by the hash of all that they are made from.
 *
 * @param {{outDir: string, cacheDir: string}} folders outDir is dist/window/python
 * @returns {Promise<{manifest: object, key: string, built: boolean}>}
 */
export async function buildPython({ outDir, cacheDir }) {
  const key = await inputKey();
  const cached = join(cacheDir, `python-${key}`);
  const built = !existsSync(join(cached, 'manifest.json'));
  if (built) {
    await rm(cached, { recursive: true, force: true });
    await mkdir(cached, { recursive: true });
    await writeFile(join(cached, 'pyodide.js'), await classicLoader(pyodideFolder));
    await cp(join(pyodideFolder, 'pyodide.asm.wasm'), join(cached, 'pyodide.asm.wasm'));
    // A process of its own: an interpreter whose memory is photographed should have done nothing else.
    const made = spawnSync(process.execPath, [join(root, 'scripts/python/makeAssets.mjs'), pyodideFolder, pythonFolder, cached], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (made.status !== 0) throw new Error(`The Python assets could not be made (exit code ${made.status}); the messages above say why.`);
    await writeManifest(cached, key);
  }
  await rm(outDir, { recursive: true, force: true });
  await cp(cached, outDir, { recursive: true });
  return { manifest: JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')), key, built };
}

async function writeManifest(folder, key) {
  const { version } = JSON.parse(await readFile(join(pyodideFolder, 'package.json'), 'utf8'));
  const buildKey = /BUILD_ID:"([0-9a-f]{64})"/.exec(await readFile(join(pyodideFolder, 'pyodide.js'), 'utf8'))?.[1];
  if (buildKey === undefined) throw new Error("Pyodide's build key is not where it was: look at pyodide.js for BUILD_ID.");
  const files = [];
  for (const name of assetNames) {
    const bytes = await readFile(join(folder, name));
    files.push({ name, bytes: bytes.length, sha256: sha256(bytes) });
  }
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify({ key, pyodideVersion: version, pyodideBuildKey: buildKey, files }, null, 2)}\n`);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { manifest, built } = await buildPython({ outDir: join(root, 'dist/window/python'), cacheDir: join(root, '.cache') });
  for (const file of manifest.files) console.log(`${file.name} ${(file.bytes / 1e6).toFixed(1)} MB`);
  console.log(built ? 'Python assets made.' : 'Python assets are up to date.');
}
