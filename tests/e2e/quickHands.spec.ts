import type { Page } from '@playwright/test';
import { deferred } from '../../renderer/lib/deferred.ts';
import { expect, test, textIsStored, Window } from './fixtures.ts';

// What a quick person does on a slow machine: nothing of it may get lost.

/** Holds back what the window stores of its runs' output, as a slow disk does. @returns lets it go */
async function holdOutput(page: Page): Promise<() => void> {
  const held: (() => void)[] = [];
  let holds = true;
  await page.routeWebSocket(/\/rpc/, (socket) => {
    const toServer = socket.connectToServer();
    socket.onMessage((message) => {
      if (holds && String(message).includes('/output/append')) held.push(() => toServer.send(message));
      else toServer.send(message);
    });
  });
  return () => {
    holds = false;
    for (const send of held) send();
  };
}

/** Opens the window, after the page was prepared, with a scratch tab that can be run. */
async function openReady(page: Page, url: string): Promise<Window> {
  const window = new Window(page);
  await window.open(url);
  await window.newTab();
  await window.pythonReady();
  return window;
}

test('what is typed right after a command was chosen goes where the command leads', async ({ window, page }) => {
  await window.newTab();
  await window.pythonReady();
  await window.runSource('print("a line")');
  await expect(window.console).toContainText('Finished');
  await window.editor.focus();
  await page.keyboard.press('F1');
  await page.keyboard.type('Filter output');
  await page.keyboard.press('Enter');
  await page.keyboard.type('a line');
  await expect(window.console.getByRole('searchbox', { name: 'Filter output' })).toHaveValue('a line');
  await page.keyboard.press('F1');
  await page.keyboard.type('New scratch tab');
  await page.keyboard.press('Enter');
  await page.keyboard.type('typed = 1');
  await expect(page.locator('.view-line').first()).toHaveText('typed = 1');
});

test('the editor that comes late takes the focus from nobody', async ({ home, window, page, context }) => {
  await window.newTab();
  await window.write('kept = 1');
  await textIsStored(home, 'kept = 1');
  const released = deferred<void>();
  await context.route(
    (url) => /^\/assets\/monaco-[^/]+\.js$/.test(url.pathname),
    async (route) => {
      await released.promise;
      await route.continue();
    },
  );
  await page.reload();
  await page.getByRole('button', { name: 'History' }).click();
  const search = window.history.getByRole('searchbox', { name: 'Search history' });
  await search.focus();
  released.resolve();
  await expect(page.locator('.view-line').first()).toHaveText('kept = 1');
  await page.keyboard.type('typed');
  await expect(search).toHaveValue('typed');
  await expect(search).toBeFocused();
});

test('what is shown and not yet on disk is copied, searched and filtered all the same', async ({ page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const release = await holdOutput(page);
  const window = await openReady(page, server.url);
  await window.runSource('print("needle in it")');
  await expect(window.console).toContainText('needle in it');
  await expect(window.console).toContainText('Finished');
  await window.console.getByRole('button', { name: 'Copy all' }).click();
  await window.console.getByRole('button', { name: 'Search the output' }).click();
  await window.console.getByRole('searchbox', { name: 'Search output' }).fill('needle');
  const matches = window.console.getByRole('status', { name: 'Matches' });
  await expect(matches).toHaveText('No matches');
  release();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('needle in it\n');
  await expect(matches).toHaveText('1 of 1');
});

test('a filter finds what was not on disk when the run ended', async ({ page, server }) => {
  const release = await holdOutput(page);
  const window = await openReady(page, server.url);
  await window.runSource('print("needle in it", end="")');
  await expect(window.console).toContainText('Finished');
  await window.command('Filter output');
  await window.console.getByRole('searchbox', { name: 'Filter output' }).fill('needle');
  await expect(window.console).toContainText('No line meets this filter.');
  release();
  await expect(window.console.getByRole('status', { name: 'Filtered lines' })).toHaveText('1 line');
  await expect(window.console.locator('.log-row').last()).toHaveText('needle in it');
});

test('a search that is being typed does not come back when the filters are cleared', async ({ window, page }) => {
  await window.newTab();
  await window.pythonReady();
  await window.runSource('print("one run")');
  await expect(window.console).toContainText('Finished');
  await page.getByRole('button', { name: 'History' }).click();
  await expect(window.history.getByRole('option')).toHaveCount(1);
  await window.history.getByRole('button', { name: 'Pinned only' }).click();
  const clear = window.history.getByRole('button', { name: 'Clear the filters' });
  await expect(clear).toBeVisible();
  const search = window.history.getByRole('searchbox', { name: 'Search history' });
  await search.focus();
  // Both in one moment: a search that is typed begins a little later.
  const button = await clear.elementHandle();
  await page.evaluate((element) => {
    document.execCommand('insertText', false, 'nothing like this');
    if (element instanceof HTMLElement) element.click();
  }, button);
  await expect(search).toHaveValue('');
  await expect(window.history.getByRole('option')).toHaveCount(1);
});

test('each key that follows at once goes on from the tab that the last one led to', async ({ window, page }) => {
  for (let i = 0; i < 3; i++) await window.newTab();
  const tabs = page.getByRole('tablist', { name: 'Editors' }).getByRole('tab');
  await expect(tabs).toHaveCount(3);
  await tabs.first().click();
  await tabs.first().focus();
  await page.evaluate(() => {
    for (let i = 0; i < 2; i++) document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
  });
  await expect(tabs.last()).toBeFocused();
  await expect(tabs.last()).toHaveAttribute('aria-selected', 'true');
});

test('a run that comes takes the focus from nobody while a bar is open, and what was asked for stays', async ({ window, page }) => {
  await window.newTab();
  await window.pythonReady();
  const source = 'print("needle")\nfor i in range(300): print("line", i)\n';
  const search = window.console.getByRole('searchbox', { name: 'Search output' });
  const matches = window.console.getByRole('status', { name: 'Matches' });
  await window.runSource(source);
  await expect(window.console).toContainText('Finished');
  await window.command('Search output');
  await page.keyboard.type('needle');
  await expect(matches).toHaveText('1 of 1');
  const needle = window.console.getByText('needle', { exact: true });
  await expect(needle).toBeInViewport();

  await window.ended();
  await window.editor.focus();
  await page.keyboard.press('ControlOrMeta+Enter');
  const tabs = page.getByRole('tablist', { name: 'Runs' }).getByRole('tab');
  await expect(tabs).toHaveCount(2);
  await expect(matches).toHaveText('1 of 1');
  await expect(search).toHaveValue('needle');
  await expect(window.editor).toBeFocused();
  // Its output is followed: nobody has gone from match to match in it.
  await expect(window.console).toContainText('Finished');
  await expect(window.console.getByText('line 299', { exact: true })).toBeInViewport();
  await window.command('Search output');
  await expect(search).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(needle).toBeInViewport();
  await page.keyboard.type('line 29');
  await expect(search).toHaveValue('line 29');
  await expect(matches).toHaveText('1 of 11');

  await window.command('Filter output');
  await page.keyboard.type('line 7');
  const count = window.console.getByRole('status', { name: 'Filtered lines' });
  await expect(count).toHaveText('11 lines');
  await window.ended();
  await window.editor.focus();
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(tabs).toHaveCount(3);
  await expect(count).toHaveText('11 lines');
  await expect(window.editor).toBeFocused();
  await window.command('Search output');
  await expect(search).toHaveValue('line 29');
});
