// Builds the frame that shows HTML output: display.html, display.css and one classic script, display.js.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './project.mjs';

const source = join(root, 'renderer/display/frame');

/** @param {{ outDir: string }} options folder to write into, `dist/window/display` */
export async function buildDisplayFrame({ outDir }) {
  await mkdir(outDir, { recursive: true });
  await build({
    configFile: false,
    root: source,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome108',
      lib: { entry: join(source, 'frame.ts'), formats: ['iife'], name: 'displayFrame', fileName: () => 'display.js' },
    },
  });
  for (const name of ['display.html', 'display.css']) await copyFile(join(source, name), join(outDir, name));
}
