import { z } from 'zod';
import { PlainBrowser } from './plainBrowser.ts';
import { print } from './report.ts';
import { kernelReady, newTab, pressRun, runButton, stopButton, withServer } from './windowPage.ts';

const runs = 100;
const source = 'from datetime import datetime\nprint("shown", datetime.now().strftime("%M%S%f"))';

/** Before the window's own code: notes when a text message reaches the window, ahead of whoever takes it. */
const noteAnswers = `if (top === self) {
  const original = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
  Object.defineProperty(MessagePort.prototype, 'onmessage', {
    configurable: true,
    set(handler) {
      original.set.call(this, (event) => {
        if (event.data?.type === 'text') window.benchAnswered = performance.now();
        handler?.call(this, event);
      });
    },
  });
}`;

/** Presses Run and waits for another text than the last: milliseconds from the kernel's answer, and from the press. */
const once = `(async () => {
  const region = document.querySelector('[aria-label=Console]');
  const shown = () => /shown \\d+/.exec(region.textContent)?.[0] ?? '';
  const before = shown();
  const changed = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (shown() === '' || shown() === before) return;
      observer.disconnect();
      resolve(performance.now());
    });
    observer.observe(region, { childList: true, subtree: true, characterData: true });
  });
  const pressed = performance.now();
  ${runButton}.click();
  const at = await changed;
  return [at - window.benchAnswered, at - pressed];
})()`;

/** From the kernel's answer reaching the window to its text standing in the console, with a warm kernel; and from Run to the text. */
export async function screenBench(): Promise<void> {
  await withServer(async (server) => {
    const browser = await PlainBrowser.start();
    try {
      await browser.onNewPage(noteAnswers);
      await browser.open(server.url);
      await newTab(browser);
      await browser.until(kernelReady);
      await browser.paste(source);
      await pressRun(browser);
      await browser.until(`document.querySelector('[aria-label=Console]')?.textContent.includes('shown ')`);
      const answers: number[] = [];
      const presses: number[] = [];
      for (let i = 0; i < runs; i++) {
        await browser.until(`${stopButton}.disabled`);
        const [answer, press] = z.tuple([z.number(), z.number()]).parse(await browser.evaluate(once));
        answers.push(answer);
        presses.push(press);
      }
      print({ ours: { name: "window: the kernel's answer to its text in the console", unit: 'ms', samples: answers }, goal: 'within one frame, 16.7 ms' });
      print({ ours: { name: 'window: Run to the text in the console, warm kernel, start on disk before', unit: 'ms', samples: presses }, goal: 'none stated' });
    } finally {
      await browser.close();
    }
  });
}
