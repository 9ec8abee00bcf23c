import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { chromiumArguments, findChromium } from '../support/chromium.ts';
import { findPage, openDevtools, type DevtoolsSocket } from '../support/devtoolsSocket.ts';

/**
 * A Chromium as a person's: a fresh profile, and no recording of what the page loads. Playwright keeps every response's body, in base64, within
 * the page's own process, which costs a start and its memory much.
 */
export class PlainBrowser {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #devtools: DevtoolsSocket;

  private constructor(process: ChildProcess, pid: number, profile: string, devtools: DevtoolsSocket) {
    this.#process = process;
    this.pid = pid;
    this.#profile = profile;
    this.#devtools = devtools;
  }

  /** Starts it with one empty page. @throws if there is no Chromium */
  static async start(): Promise<PlainBrowser> {
    const executable = findChromium();
    if (executable === null) throw new Error('There is no Chromium: install one, or name it by PYEXEKUBE_TEST_CHROMIUM.');
    const profile = await mkdtemp(join(tmpdir(), 'pyexekube-bench-'));
    const written = portWritten(profile);
    const child = spawn(
      executable,
      [...chromiumArguments(), '--headless=new', '--window-size=1280,800', '--remote-debugging-port=0', '--remote-allow-origins=*', `--user-data-dir=${profile}`, 'about:blank'],
      { stdio: 'ignore' },
    );
    const port = await written;
    const devtools = await openDevtools(await pageAddress(Number(port)));
    if (child.pid === undefined) throw new Error('The browser did not start.');
    const browser = new PlainBrowser(child, child.pid, profile, devtools);
    await browser.send('Page.enable');
    return browser;
  }

  send(method: string, params: object = {}): Promise<unknown> {
    return this.#devtools.send(method, params, z.unknown());
  }

  /** Runs a script before those of each page that is opened from now on. */
  async onNewPage(source: string): Promise<void> {
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source });
  }

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
  }

  /** The value of an expression in the page, a promise's awaited. @throws what it throws */
  evaluate(expression: string): Promise<unknown> {
    return this.#devtools.evaluate(expression);
  }

  /** Waits until an expression is true. */
  async until(expression: string, limitMs = 60_000): Promise<void> {
    for (const start = performance.now(); performance.now() - start < limitMs; ) {
      if ((await this.evaluate(`Boolean(${expression})`).catch(() => false)) === true) return;
      await pause(20);
    }
    throw new Error(`This did not become true: ${expression}`);
  }

  /** Pastes into what has the focus, so that an editor neither indents nor closes brackets by itself. */
  async paste(text: string): Promise<void> {
    await this.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(text)});
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }`);
  }

  /** One key by its character. */
  async press(key: string): Promise<void> {
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
  }

  /** Ends it and removes its profile. */
  async close(): Promise<void> {
    const exited = once(this.#process, 'exit');
    await this.send('Browser.close');
    await exited;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The port of DevTools, which Chromium writes into its profile. */
function portWritten(profile: string): Promise<string> {
  return new Promise((resolve) => {
    const watcher = watch(profile, () => {
      void readFile(join(profile, 'DevToolsActivePort'), 'utf8').then(
        (text) => {
          const [port] = text.split('\n');
          if (port === undefined || port === '') return;
          watcher.close();
          resolve(port);
        },
        // Not there yet.
        () => undefined,
      );
    });
  });
}

async function pageAddress(port: number): Promise<string> {
  for (;;) {
    const address = await findPage(port, '');
    if (address !== null) return address;
    await pause(20);
  }
}
