import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/pyexekube-tests');

/**
 * Bundles a program of the tests into one file and lets Node keep its compiled code, so that a process of it starts in a quarter of the time: a
 * test that kills hundreds of them waits for nothing else. @returns what to start it with
 */
export async function bundledChild(entry: string): Promise<{ file: string; env: NodeJS.ProcessEnv }> {
  // Beside the packages, so that those which stay outside of the bundle are found.
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'child-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const external = ['better-sqlite3', 'bufferutil', 'utf-8-validate'];
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    ssr: { noExternal: true, external },
    build: { ssr: entry, target: 'node22', outDir: folder, emptyOutDir: false, minify: false, rolldownOptions: { external, output: { format: 'es', entryFileNames: 'child.mjs', chunkFileNames: `${basename(entry, '.ts')}-[name].mjs` } } },
  });
  return { file: join(folder, 'child.mjs'), env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') } };
}

/** A folder in memory where the system has one: what a kill leaves is the same there, and nobody waits for a disk. It goes with the test. */
export function folderInMemory(): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pyexekube-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
