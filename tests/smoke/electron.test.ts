import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeHome, removeHome } from '../support/serverProcess.ts';
import { electronPath, openApplication, openDisplay, startApplication, type Display } from './application.ts';
import { expectHiInDatabase, runPrintHi, waitForText } from './printHi.ts';

const patience = { timeout: 30_000, interval: 100 };
const project = resolve('.');
let display: Display;
let home: string;

beforeAll(async () => {
  display = await openDisplay();
});
afterAll(() => display.close());
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => removeHome(home));

describe('the built application in Electron', () => {
  it('runs print("hi") through the window, and keeps it', { timeout: 180_000 }, async () => {
    const application = await openApplication(electronPath(), [project], home);
    await runPrintHi(application.page, home);
    await application.quit();
    await expectHiInDatabase(home);
  });

  it('gives the page no Node, no bridge and no way out', { timeout: 120_000 }, async () => {
    const { page, quit } = await openApplication(electronPath(), [project], home);
    expect(await page.evaluate('location.href')).toBe('app://window/index.html');
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    expect(await page.evaluate('[typeof require, typeof process, typeof module, typeof ipcRenderer, typeof electron].join()')).toBe(
      'undefined,undefined,undefined,undefined,undefined',
    );
    expect(await page.evaluate('window.open("https://evil.example/") === null')).toBe(true);
    expect(await page.evaluate('fetch("https://docs.python.org/").then(() => "reached", () => "blocked")')).toBe('blocked');
    expect(await page.evaluate('fetch("app://window/../../package.json").then((r) => r.status)')).toBe(404);
    expect(await page.evaluate('Notification.requestPermission()')).toBe('denied');
    expect(await page.evaluate('navigator.permissions.query({name: "geolocation"}).then((p) => p.state)')).toBe('denied');
    await page.evaluate('void (location.href = "https://evil.example/")');
    expect(await page.evaluate('new Promise((done) => setTimeout(() => done(location.href), 200))')).toBe('app://window/index.html');
    await quit();
  });

  it('goes on when the core is killed: it is started again and the window connects anew', { timeout: 180_000 }, async () => {
    const { page, errors, process: main, quit } = await openApplication(electronPath(), [project], home);
    await waitForText(page, 'status', 'Kernel', /Python 3\.14 ready/);
    const killed = coreOf(main.pid);
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(() => expect(errors()).toContain('It is started again.'), patience);
    await vi.waitFor(() => expect(coreOf(main.pid)).not.toBe(killed), patience);
    await runPrintHi(page, home);
    await quit();
    await expectHiInDatabase(home);
  });

  it('loads the window again when its process ended, with all that was typed', { timeout: 180_000 }, async () => {
    const { page, errors, process: main, reopen, quit } = await openApplication(electronPath(), [project], home);
    await runPrintHi(page, home);
    await vi.waitFor(() => expect(keptTexts()).toContain('print("hi")'), patience);
    for (const renderer of renderersOf(main.pid)) process.kill(renderer, 'SIGKILL');
    await vi.waitFor(() => expect(errors()).toContain('It is loaded again.'), patience);
    const again = await reopen();
    const text = "document.querySelector('.view-lines')?.textContent";
    await vi.waitFor(async () => expect(await again.evaluate(text)).toContain('print("hi")'), patience);
    await waitForText(again, 'status', 'Kernel', /Python 3\.14 ready/);
    await quit();
  });

  it('lets a second start bring the first window to the front, and end', { timeout: 120_000 }, async () => {
    const first = await openApplication(electronPath(), [project], home);
    const second = startApplication(electronPath(), [project], home);
    const code = await new Promise((done) => second.child.once('exit', done));
    expect(code).toBe(0);
    expect(await first.page.evaluate('document.visibilityState')).toBe('visible');
    await first.quit();
  });

  it('says that the database is from a newer release, and starts nothing', { timeout: 120_000 }, async () => {
    const database = new Database(`${home}/pyexekube.sqlite`);
    database.pragma('user_version = 9999');
    database.close();
    const { child, errors } = startApplication(electronPath(), [project], home);
    await vi.waitFor(() => expect(errors()).toMatch(/cannot go on: .*newer/i), patience);
    // The message waits for the person's answer.
    expect(child.exitCode).toBeNull();
    const exited = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await exited;
  });
});

/** What the tabs hold on disk: the window says "All kept" also while that is on its way for a moment. */
function keptTexts(): unknown[] {
  const database = new Database(join(home, 'pyexekube.sqlite'), { readonly: true });
  try {
    return database.prepare('SELECT text FROM tabs').pluck().all();
  } finally {
    database.close();
  }
}

interface Running {
  pid: number;
  parent: number;
  args: string[];
}

function processes(): Running[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, ...args] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), args };
  });
}

/** The core's process among the children of the main process. */
function coreOf(main: number | undefined): number {
  const found = processes().find(({ parent, args }) => parent === main && args.some((arg) => arg.endsWith('core.cjs')));
  if (found === undefined) throw new Error('The core does not run.');
  return found.pid;
}

/** The window's process, and its frames' own where they have one. */
function renderersOf(main: number | undefined): number[] {
  const all = processes();
  const isOurs = ({ pid, parent }: Running): boolean => pid === main || all.some((other) => other.pid === parent && isOurs(other));
  return all.filter((one) => one.args.includes('--type=renderer') && isOurs(one)).map(({ pid }) => pid);
}
