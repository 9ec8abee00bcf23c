import { expect } from '@playwright/test';
import { Window } from '../e2e/fixtures.ts';
import { makeHome, removeHome, startServer } from '../support/serverProcess.ts';
import { launch } from './browser.ts';
import { print } from './report.ts';

const runs = 100;

/** From the kernel's answer reaching the window to its text standing in the console, with a warm kernel; and from Run to the text. */
export async function screenBench(): Promise<void> {
  const home = await makeHome();
  const server = await startServer(home);
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(() => {
      if (globalThis.top !== globalThis.self) return;
      // Notes when a text message reaches the window, before the window's own code sees it.
      const original = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
      Object.defineProperty(MessagePort.prototype, 'onmessage', {
        configurable: true,
        set(this: MessagePort, handler: ((event: MessageEvent<unknown>) => void) | null) {
          original?.set?.call(this, (event: MessageEvent<unknown>) => {
            const { data } = event;
            if (typeof data === 'object' && data !== null && Reflect.get(data, 'type') === 'text') Reflect.set(globalThis, 'benchAnswered', performance.now());
            handler?.(event);
          });
        },
      });
    });
    const window = new Window(page);
    await window.open(server.url);
    await window.newTab();
    await window.pythonReady();
    await window.write('from datetime import datetime\nprint("shown", datetime.now().strftime("%M%S%f"))');
    await window.run.click();
    await expect(window.console).toContainText('shown');
    const answers: number[] = [];
    const presses: number[] = [];
    for (let i = 0; i < runs; i++) {
      await expect(window.stop).toBeDisabled();
      const [answer, press] = await page.evaluate(async () => {
        const region = document.querySelector('[aria-label=Console]');
        const run = [...document.querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === 'Run' || button.textContent.trim() === 'Run');
        if (region === null || run === undefined) throw new Error('The window has no console or no Run.');
        const shownNow = (): string => /shown \d+/.exec(region.textContent)?.[0] ?? '';
        const before = shownNow();
        const { promise, resolve } = Promise.withResolvers<number>();
        const observer = new MutationObserver(() => {
          const now = shownNow();
          if (now !== '' && now !== before) resolve(performance.now());
        });
        observer.observe(region, { childList: true, subtree: true, characterData: true });
        const pressed = performance.now();
        run.click();
        const shown = await promise;
        observer.disconnect();
        return [shown - Number(Reflect.get(globalThis, 'benchAnswered')), shown - pressed] as const;
      });
      answers.push(answer);
      presses.push(press);
    }
    print({ ours: { name: "window: the kernel's answer to its text in the console", unit: 'ms', samples: answers }, goal: 'within one frame, 16.7 ms' });
    print({ ours: { name: 'window: Run to the text in the console, warm kernel, start on disk before', unit: 'ms', samples: presses }, goal: 'none stated' });
  } finally {
    await browser.close();
    await server.stop();
    await removeHome(home);
  }
}
