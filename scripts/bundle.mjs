// Bundles main and preload to CommonJS, each entry into one file.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './project.mjs';

/** Native or given by the runtime. The last two are optional parts of ws, which it does without. */
const external = ['electron', 'better-sqlite3', 'bufferutil', 'utf-8-validate'];

const entries = [
  // Electron 22, the oldest that must run, has Node 16.
  { entry: 'main/hosts/electron/main.ts', file: 'dist/main/electron.cjs', target: 'node16' },
  { entry: 'main/hosts/electron/core.ts', file: 'dist/main/core.cjs', target: 'node22' },
  // What runs in a thread of its own, beside either core (main/core/threads.ts).
  { entry: 'main/core/output/outputProgram.ts', file: 'dist/main/coreOutput.cjs', target: 'node22' },
  { entry: 'main/core/history/compareProgram.ts', file: 'dist/main/coreCompare.cjs', target: 'node22' },
  { entry: 'main/hosts/server/main.ts', file: 'dist/main/server.cjs', target: 'node22' },
  { entry: 'preload/preload.ts', file: 'dist/preload/preload.cjs', target: 'chrome108' },
];

export async function bundleMain() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const folder of ['dist/main', 'dist/preload']) await rm(join(root, folder), { recursive: true, force: true });
  for (const { entry, file, target } of entries) {
    const [folder, name] = [join(root, file, '..'), file.split('/').at(-1)];
    await build({
      configFile: false,
      root,
      logLevel: 'warn',
      define: { __APP_VERSION__: JSON.stringify(version) },
      ssr: { noExternal: true, external },
      build: {
        ssr: join(root, entry),
        target,
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        sourcemap: false,
        // What is imported only when it is needed (a Kubernetes client of 17 MB) stays in a file of its own.
        rolldownOptions: { external, output: { format: 'cjs', entryFileNames: name, chunkFileNames: `${name.replace('.cjs', '')}-[name].cjs` } },
      },
    });
  }
}
