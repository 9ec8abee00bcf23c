import type { BrowserContext } from '@playwright/test';
import { expect, test, Window } from './fixtures.ts';

/** The first requests for some of the window's files are broken off, as a network that changes breaks them. @returns how often that was done */
async function breakOff(context: BrowserContext, path: RegExp, times: number): Promise<() => number> {
  let broken = 0;
  await context.route(
    (url) => path.test(url.pathname),
    async (route) => {
      if (broken >= times) return route.continue();
      broken++;
      await route.abort('connectionreset');
    },
  );
  return () => broken;
}

test.describe('A window whose parts do not arrive at once', () => {
  const parts = [
    ['its first script', /^\/assets\/index-[^/]+\.js$/],
    ['what its first script needs', /^\/assets\/rpc-[^/]+\.js$/],
    ['its style sheet', /^\/assets\/index-[^/]+\.css$/],
    ['its own code', /^\/assets\/app-[^/]+\.js$/],
    ['the styles of its code', /^\/assets\/app-[^/]+\.css$/],
    ['the editor', /^\/assets\/monaco-[^/]+\.js$/],
    ['what the editor needs', /^\/assets\/editor\.api-[^/]+\.js$/],
    ['the frame of Python', /^\/runner\/runner\.html$/],
    ['the script of that frame', /^\/runner\/runner\.js$/],
    ['the interpreter', /^\/python\/pyodide\.asm\.wasm$/],
    ['the interpreter’s script', /^\/python\/pyodide\.js$/],
    ['the interpreter’s memory', /^\/python\/snapshot\.bin$/],
  ] as const;
  for (const [part, path] of parts) {
    test(`has ${part} all the same, and runs`, async ({ page, context, server }) => {
      const broken = await breakOff(context, path, 2);
      const window = new Window(page);
      await window.open(server.url);
      await window.newTab();
      await window.runSource('print(6 * 7)');
      await expect(window.console).toContainText('42');
      // Its style: the window's own, not a browser's.
      await expect(page.locator('body')).toHaveCSS('margin', '0px');
      await expect.poll(broken, 'what is loaded late is asked for again later').toBe(2);
    });
  }

  test('shows HTML output all the same', async ({ page, context, window }) => {
    const broken = await breakOff(context, /^\/display\/display\.(html|js)$/, 3);
    await window.newTab();
    await window.runSource('class H:\n    def _repr_html_(self):\n        return "<b>shown</b>"\nH()');
    await expect(window.console.locator('iframe').contentFrame().getByText('shown')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeDisabled();
    await expect.poll(broken).toBe(3);
  });

  test('styles HTML output all the same', async ({ context, window }) => {
    const broken = await breakOff(context, /^\/display\/display\.css$/, 2);
    await window.newTab();
    await window.runSource('class H:\n    def _repr_html_(self):\n        return "<b>shown</b>"\nH()');
    const frame = window.console.locator('iframe').contentFrame();
    await expect(frame.getByText('shown')).toBeVisible();
    await expect(frame.locator('body')).toHaveCSS('margin', '0px');
    await expect.poll(broken).toBe(2);
  });

  for (const path of [/^\/assets\/index-[^/]+\.js$/, /^\/assets\/app-[^/]+\.js$/]) {
    test(`says so when ${path.source} never comes, and loads when it is there again`, async ({ page, context, server }) => {
      let isThere = false;
      await context.route(
        (url) => path.test(url.pathname),
        (route) => (isThere ? route.continue() : route.abort('connectionreset')),
      );
      await page.goto(server.url);
      await expect(page.getByRole('alert')).toContainText('could not be loaded');
      isThere = true;
      await page.getByRole('button', { name: 'Load again' }).click();
      await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
    });
  }
});
