import { createRouterClient } from '@orpc/server';
import { chromium, type Browser, type Page } from '@playwright/test';
import { newClientId, newRunId, type OutputRecord } from '../../contract/index.ts';
import { createCore } from '../../main/core/core.ts';
import { logLine } from '../support/logLines.ts';
import { makeHome, removeHome, startServer } from '../support/serverProcess.ts';
import { chromiumArguments, findChromium } from '../support/chromium.ts';
import { memoryOf } from './browser.ts';
import { percentile, print } from './report.ts';

/** A browser whose process is known, so that its memory can be read. Closing it ends the process. */
async function launchKnown(): Promise<{ browser: Browser; pid: number }> {
  const executablePath = findChromium();
  const server = await chromium.launchServer({ args: chromiumArguments(), ...(executablePath === null ? {} : { executablePath }) });
  const browser = await chromium.connect(server.wsEndpoint());
  browser.on('disconnected', () => void server.close());
  const { pid } = server.process();
  if (pid === undefined) throw new Error('The browser did not start.');
  return { browser, pid };
}

const largeLines = 10_000_000;
const recordLines = 500;
const recordsAtOnce = 20;

type Client = ReturnType<typeof clientOf>;

function clientOf(core: Awaited<ReturnType<typeof createCore>>) {
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}

/** Texts of a tenth of a million lines, again and again: making ten million would take longer than all that is measured. */
const texts = Array.from({ length: 200 }, (_, part) => Array.from({ length: recordLines }, (__, i) => logLine(part * recordLines + i)).join(''));

function recordsFrom(seq: number, count: number = recordsAtOnce): OutputRecord[] {
  return Array.from({ length: count }, (_, i) => ({ seq: seq + i, timeMs: Date.now(), body: { kind: 'text', stream: 'stdout', text: texts[(seq + i) % texts.length] ?? '' } }));
}

async function fillLarge(client: Client): Promise<void> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 'ten million', source: 'ten_million = 1', pythonVersion: '3.14.2' });
  for (let seq = 1; seq <= largeLines / recordLines; seq += recordsAtOnce) await client.output.append({ runId: id, records: recordsFrom(seq) });
  await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
}

/** In the page: opens a run of the history by a click on its name. @returns milliseconds until its last lines are drawn */
async function openRun(page: Page, name: string): Promise<number> {
  const entry = page.getByRole('region', { name: 'History' }).getByText(name).first();
  await entry.waitFor();
  return entry.evaluate(async (element) => {
    const start = performance.now();
    (element as HTMLElement).click();
    for (;;) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const rows = [...document.querySelectorAll('.log-row')];
      if (rows.length > 5 && rows.every((row) => row.textContent !== '\u2026')) return performance.now() - start;
    }
  });
}

/** Milliseconds between the pictures that the page draws while `work` goes on. */
async function frames(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = [];
    let last = performance.now();
    const tick = (now: number): void => {
      times.push(now - last);
      last = now;
      if (!Reflect.has(window, 'benchStop')) requestAnimationFrame(tick);
    };
    Reflect.deleteProperty(window, 'benchStop');
    Reflect.set(window, 'benchFrames', times);
    requestAnimationFrame(tick);
  });
  await work();
  return page.evaluate(() => {
    Reflect.set(window, 'benchStop', true);
    return (Reflect.get(window, 'benchFrames') as number[]).slice(2);
  });
}

/** A log of ten million lines in the window: opening, memory, frames while it is scrolled; frames while 100,000 lines a second are followed. */
export async function outputWindowBench(): Promise<void> {
  const home = await makeHome();
  const filler = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  await fillLarge(clientOf(filler));
  const server = await startServer(home);
  const { browser, pid } = await launchKnown();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.getByRole('status', { name: 'Kernel' }).getByText('ready').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'History' }).click();
    const serverPid = server.process.pid ?? 0;
    const before = [memoryOf(pid), memoryOf(serverPid)];
    const opened: number[] = [];
    let after = [0, 0];
    let scrolled: number[] = [];
    for (let i = 0; i < 5; i++) {
      opened.push(await openRun(page, 'ten_million'));
      if (i === 0) {
        scrolled = await frames(page, () => scroll(page));
        after = [memoryOf(pid), memoryOf(serverPid)];
      }
      await page.getByRole('tablist', { name: 'Runs' }).getByRole('tab').first().press('Delete');
      await page.getByText('No output yet').waitFor();
    }
    print({ ours: { name: `a log of ${largeLines.toLocaleString('en')} lines: from the click to its last lines drawn`, unit: 'ms', samples: opened }, goal: 'under 100 ms' });
    print({ ours: { name: 'memory that it takes more, window (after scrolling through it)', unit: 'MB', samples: [(after[0] ?? 0) - (before[0] ?? 0)] }, goal: 'at most 100 MB' });
    print({ ours: { name: 'memory that it takes more, core', unit: 'MB', samples: [(after[1] ?? 0) - (before[1] ?? 0)] }, goal: 'at most 100 MB with the window' });
    print({ ours: { name: `frames while it is scrolled (p99 ${percentile(scrolled, 99).toFixed(1)} ms)`, unit: 'ms', samples: scrolled }, goal: 'none over 33 ms' });
    const followed = await follow(page, clientOf(filler));
    print({ ours: { name: `frames while ${followed.speed.toLocaleString('en')} lines/s are followed (p99 ${percentile(followed.frames, 99).toFixed(1)} ms)`, unit: 'ms', samples: followed.frames }, goal: 'none over 33 ms' });
  } finally {
    await browser.close();
    await server.stop();
    await filler.dispose();
    await removeHome(home);
  }
}

/** Wheel, page keys and jumps, through the whole log. */
async function scroll(page: Page): Promise<void> {
  const log = page.getByRole('log');
  await log.hover();
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, -600);
  await log.focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('PageUp');
  for (const share of [0.1, 0.5, 0.9, 0.3]) {
    await log.evaluate((element, part) => {
      element.scrollTop = (element.scrollHeight - element.clientHeight) * part;
    }, share);
    await page.waitForTimeout(150);
  }
}

/** Follows a run that another process feeds, for five seconds. */
async function follow(page: Page, client: Client): Promise<{ frames: number[]; speed: number }> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 'followed', source: 'followed = 1', pythonVersion: '3.14.2' });
  await client.output.append({ runId: id, records: recordsFrom(1) });
  await openRun(page, 'followed');
  let seq = 1 + recordsAtOnce;
  // A producer such as a kernel flushes every few milliseconds.
  const few = 2;
  const start = performance.now();
  const drawn = await frames(page, async () => {
    while (performance.now() - start < 5000) {
      const due = start + ((seq - 1) * recordLines * 1000) / 100_000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      await client.output.append({ runId: id, records: recordsFrom(seq, few) });
      seq += few;
    }
  });
  return { frames: drawn, speed: Math.round(((seq - 1) * recordLines * 1000) / (performance.now() - start)) };
}
