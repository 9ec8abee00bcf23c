import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { electronPath, openDisplay, startApplication, type Display } from './application.ts';

let folder: string;
let display: Display;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pyexekube-utility-'));
  display = await openDisplay();
  for (const name of ['main', 'core']) {
    await build({
      configFile: false,
      logLevel: 'error',
      ssr: { noExternal: true, external: ['electron'] },
      build: {
        ssr: resolve(`tests/smoke/utility/${name}.ts`),
        target: 'node16',
        outDir: folder,
        emptyOutDir: false,
        rolldownOptions: { external: ['electron'], output: { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false } },
      },
    });
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'utility-test', main: 'main.cjs' }));
});
afterAll(async () => {
  await display.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the core in Electron’s utility process', () => {
  it('answers over the port that it is given, asks for dialogs, says why it cannot start, and ends when it is told', { timeout: 120_000 }, async () => {
    const { child, errors } = startApplication(electronPath(), [folder], folder);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'close');
    const seen = errors().split('\n').filter((line) => line.startsWith('SEEN '));
    expect(seen).toEqual(
      expect.arrayContaining([
        'SEEN failed "AppError: It was told to fail."',
        'SEEN log "connected"',
        'SEEN who true',
        'SEEN pick {"path":"/picked/openFile"}',
        'SEEN count [1,2,3]',
        'SEEN disposed true',
      ]),
    );
    expect(child.exitCode).toBe(0);
  });
});
