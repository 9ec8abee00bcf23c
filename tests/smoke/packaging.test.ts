import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeHome, removeHome } from '../support/serverProcess.ts';
import { electronPath, openApplication, openDisplay, type Display } from './application.ts';
import { expectHiInDatabase, runPrintHi } from './printHi.ts';

/** Since Electron 29 alone; an older one refuses to have it set. */
const newerFuse = /^\s*grantFileProtocolExtraPrivileges:.*\n/m;
let folder: string;
let display: Display;
let unpacked: string;

/** The release in a folder of its own, without any application that stands in it, as electron-builder would download it. */
async function copyElectron(): Promise<{ dist: string; version: string }> {
  const path = electronPath();
  const version = execFileSync(path, ['-p', 'process.versions.electron'], { encoding: 'utf8', env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } }).trim();
  const dist = join(folder, 'electron');
  await cp(dirname(path), dist, { recursive: true, verbatimSymlinks: true });
  for (const name of ['app', 'app.asar', 'default_app.asar']) await rm(join(dist, 'resources', name), { recursive: true, force: true });
  return { dist, version };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pyexekube-package-'));
  display = await openDisplay();
  const { dist, version } = await copyElectron();
  const config = join(folder, 'electron-builder.yml');
  const settings = await readFile('electron-builder.yml', 'utf8');
  if (!newerFuse.test(settings)) throw new Error('electron-builder.yml does not set the fuse that this test leaves out.');
  await writeFile(config, Number(version.split('.')[0]) < 29 ? settings.replace(newerFuse, '') : settings);
  const args = ['--dir', '--publish', 'never', '--projectDir', resolve('.'), '--config', config];
  const overrides = [`-c.electronDist=${dist}`, `-c.electronVersion=${version}`, '-c.npmRebuild=false', `-c.directories.output=${join(folder, 'release')}`];
  await promisify(execFile)(process.execPath, [resolve('node_modules/electron-builder/cli.js'), ...args, ...overrides]);
  unpacked = join(folder, 'release', process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`);
}, 300_000);

afterAll(async () => {
  await display.close();
  await rm(folder, { recursive: true, force: true });
});

describe.runIf(process.platform === 'linux')('the packaged application', () => {
  it('runs print("hi") through the window, and keeps it', { timeout: 180_000 }, async () => {
    const home = await makeHome();
    const application = await openApplication(join(unpacked, 'pyexekube'), [], home);
    await runPrintHi(application.page, home);
    await application.quit();
    await expectHiInDatabase(home);
    await removeHome(home);
  });

  it('holds what it needs and nothing else', async () => {
    expect(await readdir(join(unpacked, 'resources'))).toEqual(expect.arrayContaining(['app.asar', 'app.asar.unpacked', 'icon.png']));
    expect(await readdir(join(unpacked, 'resources/app.asar.unpacked/node_modules'))).toEqual(['better-sqlite3']);
    const paths = await listArchive(join(unpacked, 'resources/app.asar'));
    const top = new Set(paths.map((path) => path.replace(/\/.*/, '')));
    expect([...top].toSorted()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json', 'resources']);
    expect(paths.filter((path) => /^resources\/.*\./.test(path)).toSorted()).toEqual(['resources/runner/runner.py', 'resources/runner/sitecustomize.py']);
    const needed = ['main/electron.cjs', 'preload/preload.cjs', 'window/index.html', 'window/python/manifest.json', 'window/runner/runner.js', 'window/display/display.js'];
    expect(paths).toEqual(expect.arrayContaining(needed.map((path) => `dist/${path}`)));
  });

  it('cannot be turned into a plain Node, debugged, or made to run another application', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'pyexekube'));
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(FuseState.ENABLE);
  });
});

interface ArchiveFolder {
  [name: string]: { files?: ArchiveFolder | undefined };
}
const ArchiveFolder: z.ZodType<ArchiveFolder> = z.lazy(() => z.record(z.string(), z.object({ files: ArchiveFolder.optional() })));

/** Paths of the files in an asar archive: its header is JSON after four 32-bit numbers, of which the last is its length. */
async function listArchive(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  const { files } = z.object({ files: ArchiveFolder }).parse(JSON.parse(bytes.subarray(16, 16 + bytes.readUInt32LE(12)).toString('utf8')));
  const list = (folderFiles: ArchiveFolder, prefix: string): string[] =>
    Object.entries(folderFiles).flatMap(([name, { files: inside }]) => (inside === undefined ? [prefix + name] : list(inside, `${prefix}${name}/`)));
  return list(files, '');
}
