import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';
import { findPage, openPage, type Page } from './devtools.ts';

/** The application in a real Electron, with its window. */
export interface Application {
  readonly page: Page;
  readonly process: ChildProcess;
  /** What it has written to stderr so far. */
  errors(): string;
  /** The window's page, when another one has taken the place of the first. */
  reopen(): Promise<Page>;
  /** Asks it to end, as the system does at shutdown, and waits. @returns its exit code */
  quit(): Promise<number | null>;
}

const startTimeoutMs = 60_000;

/** @throws Error what it said, when its window does not come */
export async function openApplication(command: string, args: readonly string[], home: string): Promise<Application> {
  const { child, errors } = startApplication(command, ['--remote-debugging-port=0', ...args], home);
  const exited = once(child, 'exit');
  async function open(): Promise<Page> {
    const address = await vi.waitFor(
      async () => {
        if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`);
        const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(errors())?.[1];
        const found = port === undefined ? null : await findPage(Number(port), 'app://window/');
        if (found === null) throw new Error('There is no window.');
        return found;
      },
      { timeout: startTimeoutMs, interval: 100 },
    );
    return openPage(address);
  }
  try {
    const page = await open();
    return {
      page,
      process: child,
      errors,
      reopen: open,
      quit: async () => {
        page.close();
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
        await exited;
        return child.exitCode;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`The application did not open its window. It said:\n${errors()}`, { cause: error });
  }
}

export function startApplication(command: string, args: readonly string[], home: string): { child: ChildProcess; errors(): string } {
  const flags = process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : ['--disable-gpu'];
  const child = spawn(command, [...flags, ...args], {
    env: { ...process.env, PYEXEKUBE_HOME: home, PYEXEKUBE_NODE: process.execPath },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return { child, errors: () => errors };
}

/** A display of its own for the tests, where there is none. */
export interface Display {
  close(): Promise<void>;
}

/** @throws Error how to get Xvfb */
export async function openDisplay(): Promise<Display> {
  if (process.platform !== 'linux' || process.env['DISPLAY'] !== undefined) return { close: () => Promise.resolve() };
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'Xvfb')).find((path) => existsSync(path));
  if (found === undefined) throw new Error('There is no display, and no Xvfb to make one: install it (`apt-get install xvfb`).');
  const server = spawn(found, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const exited = once(server, 'exit');
  const number = await new Promise<string>((resolve, reject) => {
    server.stdio[3]?.once('data', (text: Buffer) => resolve(text.toString('utf8').trim()));
    exited.then(() => reject(new Error('Xvfb did not start.')), reject);
  });
  process.env['DISPLAY'] = `:${number}`;
  return {
    close: async () => {
      delete process.env['DISPLAY'];
      server.kill();
      await exited;
    },
  };
}

/** The Electron to test with. @throws Error when none is named */
export function electronPath(): string {
  const path = process.env['PYEXEKUBE_TEST_ELECTRON'];
  if (path === undefined || !existsSync(path)) throw new Error('Name an Electron in PYEXEKUBE_TEST_ELECTRON.');
  return path;
}
