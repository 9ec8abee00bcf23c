import { z } from 'zod';
import { memoryOf } from './browser.ts';
import { nativePython } from './nativePython.ts';
import { PlainBrowser } from './plainBrowser.ts';
import { print, sample } from './report.ts';
import { kernelReady, newTab, pressRun, runButton, settle, stopButton, withServer } from './windowPage.ts';

const flood = (count: number): string => `for i in range(${count}):\n    print(f"{i:07d} ${'x'.repeat(58)}")\nprint("flood is", "over")`;

/**
 * In the page: the time between frames from the press of Run on, until the last line stands in the console and Stop has nothing to stop,
 * which is when all of it is stored.
 */
const floodWatch = `{
  window.benchTook = undefined;
  const deltas = window.benchFrames;
  let start = 0;
  let last = performance.now();
  ${runButton}.addEventListener('click', () => (start = performance.now()), { once: true });
  const look = (now) => {
    if (start !== 0) deltas.push(now - last);
    last = now;
    const stop = ${stopButton};
    if (start !== 0 && stop.disabled && document.querySelector('[aria-label=Console]').textContent.includes('flood is over')) window.benchTook = performance.now() - start;
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

/** 10**6 lines of 67 bytes from Python to disk and screen, beside native python3 into a pipe. */
export async function floodBench(): Promise<void> {
  const lines = 1_000_000;
  await withServer(async (server) => {
    const browser = await PlainBrowser.start();
    await browser.open(server.url);
    await newTab(browser);
    await browser.paste(flood(lines));
    await browser.until(kernelReady);
    const frames: number[] = [];
    const rates = await sample(3, async () => {
      await browser.evaluate(`window.benchFrames = []; ${floodWatch}`);
      await pressRun(browser);
      await browser.until('window.benchTook', 120_000);
      const took = Number(await browser.evaluate('window.benchTook'));
      frames.push(...z.array(z.number()).parse(await browser.evaluate('window.benchFrames')));
      return (lines / took) * 1000;
    });
    await browser.close();
    const native = await sample(3, () => {
      const start = performance.now();
      nativePython(flood(lines));
      return (lines / (performance.now() - start)) * 1000;
    });
    print({
      ours: { name: 'stdout: 10**6 lines of 67 B from Python to disk and screen', unit: 'lines/s', samples: rates },
      peer: { name: 'native python3 into a pipe', unit: 'lines/s', samples: native },
      goal: '400,000 or more (hoped: 1,000,000)',
    });
    print({ ours: { name: 'stdout: time between frames meanwhile', unit: 'ms', samples: frames }, goal: 'no frame over 50 ms' });
  });
}

/** The idle window beside an empty page, and each further kernel. Linux alone: reads /proc. */
export async function memoryBench(): Promise<void> {
  if (process.platform !== 'linux') {
    console.log('\nmemory: measured on Linux alone');
    return;
  }
  const idle: number[] = [];
  const empty: number[] = [];
  const further: number[] = [];
  for (let i = 0; i < 3; i++) {
    // A server each time: the tabs of the last window would come back.
    await withServer(async (server) => {
      const browser = await PlainBrowser.start();
      await settle(browser);
      const blank = memoryOf(browser.pid);
      empty.push(blank);
      await browser.open(server.url);
      await newTab(browser);
      await browser.until(kernelReady);
      await settle(browser);
      let last = memoryOf(browser.pid);
      idle.push(last - blank);
      for (let kernel = 0; kernel < 2; kernel++) {
        await newTab(browser);
        await browser.paste('print("kernel", "up")');
        await pressRun(browser);
        await browser.until(`document.querySelector('[aria-label=Console]')?.textContent.includes('kernel up')`);
        await settle(browser);
        const now = memoryOf(browser.pid);
        further.push(now - last);
        last = now;
      }
      await browser.close();
    });
  }
  print({ ours: { name: 'memory: idle window over an empty page (with its Python)', unit: 'MB', samples: idle }, peer: { name: 'empty page, whole browser', unit: 'MB', samples: empty }, goal: 'at most 150 MB over' });
  print({ ours: { name: 'memory: a further kernel', unit: 'MB', samples: further }, goal: 'at most 70 MB' });
}
