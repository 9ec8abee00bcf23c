import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { asciiOnly } from './scripts/asciiOnly.mjs';

const root = import.meta.dirname;

/** What breaks the cluster itself, or waits for long. It runs beside the browser's tests, which need no cluster. */
const clusterFaults = 'tests/cluster/{faults,nodes,restart}.test.ts';

/**
 * Names chunks that are imported later in the page's head, so that they are fetched and compiled while the first script runs.
 * @param modules paths from the root, each the entry of a chunk of its own; one that is none fails the build
 */
function preloadChunks(modules: string[]): Plugin {
  return {
    name: 'preload-chunks',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const files = new Set<string>();
        const add = (fileName: string): void => {
          const chunk = bundle[fileName];
          if (chunk?.type !== 'chunk' || files.has(fileName)) return;
          files.add(fileName);
          for (const imported of chunk.imports) add(imported);
        };
        for (const module of modules) {
          const path = resolve(root, module);
          const entry = Object.values(bundle).find((chunk) => chunk.type === 'chunk' && chunk.facadeModuleId === path);
          if (entry === undefined) throw new Error(`${module} is no chunk of its own, so it cannot be preloaded.`);
          add(entry.fileName);
        }
        return [...files].map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` }, injectTo: 'head' as const }));
      },
    },
  };
}

/** Half the memory of the editor's five megabytes of text: see asciiOnly. */
function asciiChunks(): Plugin {
  return {
    name: 'ascii-chunks',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = asciiOnly(chunk.code);
      },
    },
  };
}

/** The window's own build, and the settings of the tests that run in Node. */
export default defineConfig({
  root: resolve(root, 'renderer'),
  // Both hosts serve the window at the root of an origin of its own.
  base: '/',
  publicDir: false,
  cacheDir: resolve(root, '.cache/vite'),
  plugins: [react(), tailwindcss(), preloadChunks(['renderer/app/index.ts', 'renderer/lib/monaco.ts']), asciiChunks()],
  worker: { format: 'es', plugins: () => [asciiChunks()] },
  build: {
    // Electron 22, the oldest that the window runs in, is Chromium 108.
    target: 'chrome108',
    outDir: resolve(root, 'dist/window'),
    // The frames and Python's files are built into the same folder by other parts of scripts/build.mjs.
    emptyOutDir: false,
    assetsDir: 'assets',
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000,
    reportCompressedSize: false,
  },
  test: {
    root,
    pool: 'forks',
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{contract,kernel,main,preload,renderer}/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
        },
      },
      { extends: true, test: { name: 'contract', include: ['tests/contract/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], testTimeout: 60_000 },
      },
      { extends: true, test: { name: 'runner', include: ['tests/runner/**/*.test.ts'], testTimeout: 60_000, fileParallelism: false } },
      // One after the other: a cluster on this machine shares its two cores with them.
      { extends: true, test: { name: 'cluster', include: ['tests/cluster/**/*.test.ts'], exclude: [clusterFaults], testTimeout: 120_000, fileParallelism: false } },
      { extends: true, test: { name: 'cluster-faults', include: [clusterFaults], testTimeout: 120_000, fileParallelism: false } },
      // One after the other: each has the screen, and most of the machine, for itself.
      { extends: true, test: { name: 'smoke', include: ['tests/smoke/*.test.ts'], fileParallelism: false } },
    ],
    coverage: {
      provider: 'v8',
      reportsDirectory: resolve(root, 'coverage'),
      reporter: ['text-summary', 'json-summary', 'html'],
      include: ['contract/**/*.ts', 'kernel/**/*.ts', 'main/core/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.d.ts'],
      thresholds: { lines: 95 },
    },
  },
});
