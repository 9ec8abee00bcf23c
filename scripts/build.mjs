// Builds what is stale into dist/. Each part has its inputs; a hash of them beside the result says whether it is fresh.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { isMain, root } from './project.mjs';

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} inputs files and folders, relative to the root; one that is missing fails the build
 * @property {RegExp} [leaveOut] inputs that do not count, by their path with forward slashes
 * @property {string[]} outputs must be there for the part to be fresh
 * @property {() => Promise<void>} build
 */

const lock = 'package-lock.json';
const anyTest = /\.test\.(ts|tsx|mjs)$/;

/** @type {Part[]} */
const parts = [
  {
    name: 'python',
    inputs: ['kernel/python', 'kernel/worker', 'scripts/python', lock],
    outputs: ['dist/window/python/manifest.json'],
    build: async () => {
      const { buildPython } = await import('./python/build.mjs');
      await buildPython({ outDir: join(root, 'dist/window/python'), cacheDir: join(root, '.cache') });
    },
  },
  {
    // The hashes of Python's files are in it: it follows them.
    name: 'runner',
    inputs: ['renderer/runner', 'kernel', 'contract', 'scripts/python', lock],
    outputs: ['dist/window/runner/runner.html', 'dist/window/runner/runner.js'],
    build: async () => {
      const { buildRunner } = await import('./python/buildRunner.mjs');
      await buildRunner({ outDir: join(root, 'dist/window/runner'), pythonDir: join(root, 'dist/window/python') });
    },
  },
  {
    name: 'display',
    inputs: ['renderer/display/frame', 'contract', 'scripts/displayFrame.mjs', lock],
    outputs: ['dist/window/display/display.html', 'dist/window/display/display.js', 'dist/window/display/display.css'],
    build: async () => {
      const { buildDisplayFrame } = await import('./displayFrame.mjs');
      await buildDisplayFrame({ outDir: join(root, 'dist/window/display') });
    },
  },
  {
    name: 'window',
    inputs: ['renderer', 'contract', 'kernel/protocol', 'vite.config.ts', 'resources/icons', 'resources/samples', lock],
    outputs: ['dist/window/index.html', 'dist/window/icon.svg'],
    build: buildWindow,
  },
  {
    name: 'main',
    inputs: ['main', 'preload', 'contract', 'kernel', 'scripts/bundle.mjs', 'package.json', lock],
    outputs: ['dist/main/electron.cjs', 'dist/main/core.cjs', 'dist/main/coreOutput.cjs', 'dist/main/coreCompare.cjs', 'dist/main/server.cjs', 'dist/preload/preload.cjs'],
    build: async () => (await import('./bundle.mjs')).bundleMain(),
  },
];

async function buildWindow() {
  const { build } = await import('vite');
  const target = join(root, 'dist/window');
  await rm(join(target, 'assets'), { recursive: true, force: true });
  await build({ root: join(root, 'renderer'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  await copyFile(join(root, 'resources/icons/icon.svg'), join(target, 'icon.svg'));
}

/** @param {Part} part */
async function hashInputs(part) {
  const files = [];
  for (const input of part.inputs) files.push(...(await listFiles(resolve(root, input))));
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const name = relative(root, file).split(sep).join('/');
    if (anyTest.test(name) || part.leaveOut?.test(name)) continue;
    hash.update(`${name}\0`).update(createHash('sha256').update(await readFile(file)).digest());
  }
  return hash.digest('hex');
}

/** @returns {Promise<string[]>} */
async function listFiles(path) {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch((error) => {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (entries === null) return [path];
  return entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__')).map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Builds every part whose inputs changed since it was built last.
 *
 * @param {{force?: boolean, say?: (line: string) => void}} [options]
 * @returns {Promise<string[]>} names of the parts that were built
 */
export async function buildStale({ force = false, say = console.log } = {}) {
  const stampFolder = join(root, 'dist/.stamp');
  await mkdir(stampFolder, { recursive: true });
  const built = [];
  for (const part of parts) {
    const stamp = join(stampFolder, part.name);
    const hash = await hashInputs(part);
    const known = await readFile(stamp, 'utf8').catch(() => '');
    if (!force && known === hash && part.outputs.every((output) => existsSync(join(root, output)))) continue;
    const started = performance.now();
    await rm(stamp, { force: true });
    await part.build();
    const missing = part.outputs.filter((output) => !existsSync(join(root, output)));
    if (missing.length > 0) throw new Error(`Building ${part.name} left out ${missing.join(', ')}.`);
    await writeFile(stamp, hash);
    built.push(part.name);
    say(`built ${part.name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  return built;
}

if (isMain(import.meta.url)) {
  const built = await buildStale({ force: process.argv.includes('--force') });
  if (built.length === 0) console.log('Everything is built.');
}
