import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { asciiOnly } from '../asciiOnly.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Bundles one entry to a classic script and gives its text. `modules` are virtual modules by name, with their code. */
async function bundle(entry, modules = {}) {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'virtual-modules',
        resolveId: (id) => (id in modules ? `\0${id}` : null),
        load: (id) => modules[id.slice(1)] ?? null,
      },
    ],
    build: {
      write: false,
      target: 'chrome108',
      minify: true,
      // Vite's own polyfills would reach for a document that a worker has not.
      modulePreload: false,
      lib: { entry: join(root, entry), formats: ['iife'], name: 'pyexekube', fileName: 'bundle' },
    },
  });
  const [{ output }] = Array.isArray(result) ? result : [result];
  return asciiOnly(output[0].code);
}

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Python</title></head>
<body><script src="runner.js"></script></body>
</html>
`;

/**
 * Makes the sandboxed frame: runner.html, and runner.js with the worker's text and the hashes of Python's assets inside.
 *
 * @param {{outDir: string, pythonDir: string}} folders outDir is dist/window/runner, pythonDir is where buildPython wrote manifest.json
 */
export async function buildRunner({ outDir, pythonDir }) {
  const { files } = JSON.parse(await readFile(join(pythonDir, 'manifest.json'), 'utf8'));
  const worker = await bundle('kernel/worker/entry.ts');
  const loader = await bundle('renderer/runner/assetLoader.ts');
  const frame = await bundle('renderer/runner/frame.ts', {
    'virtual:asset-loader': `export default ${JSON.stringify(loader)}`,
    'virtual:kernel-worker': `export default ${JSON.stringify(worker)}`,
    'virtual:python-manifest': `export default ${JSON.stringify(files)}`,
  });
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, 'runner.html'), page);
  await writeFile(join(outDir, 'runner.js'), frame);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildRunner({ outDir: join(root, 'dist/window/runner'), pythonDir: join(root, 'dist/window/python') });
}
