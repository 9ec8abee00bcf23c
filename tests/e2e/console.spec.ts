import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures.ts';

test.beforeEach(async ({ window }) => {
  await window.newTab();
  await window.pythonReady();
});

test('one tab a run, the newest in front', async ({ window, page }) => {
  const tabs = page.getByRole('tablist', { name: 'Runs' }).getByRole('tab');
  await window.runSource('print("first run")');
  await expect(window.console).toContainText('first run');
  await window.runSource('print("second run")');
  await expect(window.console).toContainText('second run');
  await expect(tabs).toHaveCount(2);
  await expect(window.console).not.toContainText('first run');
  await tabs.filter({ has: page.locator('[aria-selected=false]') }).or(tabs.and(page.locator('[aria-selected=false]'))).first().click();
  await expect(window.console).toContainText('first run');
});

test('a hundred thousand lines are virtualised, searched and saved whole', async ({ window, page }) => {
  await window.runSource('for i in range(100_000):\n    print("line", i)\nprint("needle in the end")');
  await expect(window.console).toContainText('needle in the end', { timeout: 30_000 });
  expect(await window.console.locator('*').count()).toBeLessThan(3000);
  const search = window.console.getByRole('searchbox', { name: 'Search output' });
  await page.keyboard.press('Escape');
  if (!(await search.isVisible())) await window.console.getByRole('button', { name: /search/i }).click();
  await search.fill('line 54321');
  await expect(window.console.getByText('line 54321')).toBeVisible();
  const download = page.waitForEvent('download');
  await window.console.getByRole('button', { name: /save/i }).click();
  const path = await (await download).path();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(100_001);
  expect(lines[77_777]).toBe('line 77777');
});

test('a progress bar redraws in its line; control characters are shown, not obeyed', async ({ window }) => {
  await window.runSource('import time\nfor i in range(5):\n    print(f"\\rprogress {i}", end="", flush=True)\n    time.sleep(0.03)\nprint()\nprint("a\\x1b]52;c;aGk=\\x07b\\x1b[2Jc")');
  await expect(window.console).toContainText('progress 4');
  await expect(window.console).not.toContainText('progress 3');
  await expect(window.console).toContainText('␛');
  await expect(window.console).toContainText('progress 4');
});

test('one line of twenty million characters leaves the window responsive', async ({ window, page }) => {
  await window.runSource('print("y" * 20_000_000)\nprint("after it")');
  await expect(window.console).toContainText('after it', { timeout: 30_000 });
  await window.newTab();
  await page.keyboard.type('x = 1');
  await expect(page.locator('.view-line').first()).toContainText('x = 1');
});

test('copy takes the text, and clear empties the view', async ({ window, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.runSource('print("copy me")\nprint("and me")');
  await expect(window.console).toContainText('and me');
  await window.console.getByRole('button', { name: /copy/i }).first().click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('copy me\nand me');
  await window.console.getByRole('button', { name: /clear/i }).click();
  await expect(window.console).not.toContainText('copy me');
});
