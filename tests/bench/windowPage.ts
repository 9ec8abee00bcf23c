import { setTimeout as pause } from 'node:timers/promises';
import { makeHome, removeHome, startServer, type ServerProcess } from '../support/serverProcess.ts';
import { PlainBrowser } from './plainBrowser.ts';

/** A server host with an empty data folder, for as long as `work` takes. */
export async function withServer(work: (server: ServerProcess) => Promise<void>): Promise<void> {
  const home = await makeHome();
  const server = await startServer(home);
  try {
    await work(server);
  } finally {
    await server.stop();
    await removeHome(home);
  }
}

/** Expressions in the page. */
export const runButton = `[...document.querySelectorAll('[role=group][aria-label=Running] button')].find((button) => button.textContent.trim() === 'Run')`;

export const stopButton = runButton.replace("=== 'Run'", "=== 'Stop'");
export const kernelReady = `document.querySelector('[role=status][aria-label=Kernel]')?.textContent.includes('Python 3.14 ready')`;

/** Two seconds without work, and a collection of the page's garbage. */
export async function settle(browser: PlainBrowser): Promise<void> {
  await browser.send('HeapProfiler.collectGarbage');
  await pause(2000);
}

export async function newTab(browser: PlainBrowser): Promise<void> {
  const tabs = `document.querySelectorAll('[role=tablist][aria-label=Editors] [role=tab]').length`;
  await browser.until(`document.querySelector('[aria-label="New scratch tab"]')`);
  const before = Number(await browser.evaluate(tabs));
  await browser.evaluate(`document.querySelector('[aria-label="New scratch tab"]').click()`);
  await browser.until(`${tabs} === ${before + 1} && document.activeElement?.getAttribute('aria-label') === 'Editor'`);
}

export async function pressRun(browser: PlainBrowser): Promise<void> {
  await browser.until(`${runButton}?.disabled === false`);
  await browser.evaluate(`${runButton}.click()`);
}

/** A page in a browser of its own; each sample of a start begins without caches. */
export async function inFreshBrowser<Result>(work: (browser: PlainBrowser) => Promise<Result>): Promise<Result> {
  const browser = await PlainBrowser.start();
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
