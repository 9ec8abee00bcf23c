import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { z } from 'zod';
import { chromiumArguments, findChromium } from '../support/chromium.ts';

const Answer = z.object({ id: z.number(), result: z.unknown(), error: z.object({ message: z.string() }).optional() });
const Evaluated = z.object({ result: z.object({ value: z.unknown().optional() }), exceptionDetails: z.unknown().optional() });
const Targets = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string() }));

/**
 * A Chromium as a person's: a fresh profile, and no recording of what the page loads. Playwright keeps every response's body, in base64, within
 * the page's own process, which costs a start and its memory much. Spoken to over the DevTools protocol (chromedevtools.github.io/devtools-protocol).
 */
export class PlainBrowser {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;

  private constructor(process: ChildProcess, pid: number, profile: string, socket: WebSocket) {
    this.#process = process;
    this.pid = pid;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', (data) => {
      const answer = Answer.safeParse(JSON.parse(String(data)));
      if (!answer.success) return;
      const waiting = this.#waiting.get(answer.data.id);
      this.#waiting.delete(answer.data.id);
      if (answer.data.error === undefined) waiting?.resolve(answer.data.result);
      else waiting?.reject(new Error(answer.data.error.message));
    });
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
    const socket = new WebSocket(await pageAddress(port), { perMessageDeflate: false });
    await once(socket, 'open');
    if (child.pid === undefined) throw new Error('The browser did not start.');
    const browser = new PlainBrowser(child, child.pid, profile, socket);
    await browser.send('Page.enable');
    return browser;
  }

  send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Runs a script before those of each page that is opened from now on. */
  async onNewPage(source: string): Promise<void> {
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source });
  }

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
  }

  /** The value of an expression in the page, a promise's awaited. @throws what it throws */
  async evaluate(expression: string): Promise<unknown> {
    const answer = Evaluated.parse(await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }));
    if (answer.exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(answer.exceptionDetails)}`);
    return answer.result.value;
  }

  /** Waits until an expression is true. */
  async until(expression: string, limitMs = 60_000): Promise<void> {
    for (const start = performance.now(); performance.now() - start < limitMs; ) {
      if ((await this.evaluate(`Boolean(${expression})`).catch(() => false)) === true) return;
      await pause(20);
    }
    throw new Error(`This did not become true: ${expression}`);
  }

  /** Text at the place of the caret, as if it were pasted. */
  async insert(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
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
    const watcher = watch(profile, async () => {
      const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')).split('\n');
      if (port === undefined || port === '') return;
      watcher.close();
      resolve(port);
    });
  });
}

async function pageAddress(port: string): Promise<string> {
  for (;;) {
    const targets = Targets.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
    const page = targets.find((target) => target.type === 'page');
    if (page !== undefined) return page.webSocketDebuggerUrl;
    await pause(20);
  }
}
