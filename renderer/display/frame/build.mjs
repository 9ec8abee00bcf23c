import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Builds the frame that shows HTML output: display.html, display.css and one classic script, display.js.
 *
 * @param {{ outDir: string }} options folder to write into, such as dist/window/display
 */
export async function buildDisplayFrame({ outDir }) {
  await mkdir(outDir, { recursive: true });
  await build({
    configFile: false,
    root: here,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome108',
      lib: { entry: join(here, 'frame.ts'), formats: ['iife'], name: 'displayFrame', fileName: () => 'display.js' },
    },
  });
  await copyFile(join(here, 'display.html'), join(outDir, 'display.html'));
  await copyFile(join(here, 'display.css'), join(outDir, 'display.css'));
}
