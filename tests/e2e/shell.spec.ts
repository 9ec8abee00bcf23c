import { deferred } from '../../renderer/lib/deferred.ts';
import { axeFinds, expect, preferTheme, settingIsStored, test, textIsStored, Window } from './fixtures.ts';

test('the welcome page has three samples that run as they are', async ({ window, page }) => {
  const samples = page.getByRole('button', { name: /open and run/i });
  await expect(samples).toHaveCount(3);
  const runs = page.getByRole('tablist', { name: 'Runs' }).getByRole('tab');
  for (let i = 0; i < 3; i++) {
    await window.command('Welcome');
    await samples.nth(i).click();
    // Until then the end of the last one is in front.
    await expect(runs).toHaveCount(i + 1);
    const finished = window.console.getByText(/^(Finished|Exited)/).first();
    const prompt = window.console.getByRole('textbox');
    await expect(finished.or(prompt).first()).toBeVisible({ timeout: 30_000 });
    // The sample that asks ends well when there is nobody to answer.
    if (await prompt.isVisible()) await prompt.press('Control+d');
    await expect(finished).toBeVisible();
    await expect(window.console).not.toContainText('Traceback');
  }
});

test('every region has its name, and F6 goes through them', async ({ window, page }) => {
  await window.newTab();
  for (const name of ['Console', 'Variables', 'Plots']) await expect(page.getByRole('region', { name })).toBeVisible();
  for (const name of ['Files', 'History', 'Settings']) {
    await page.getByRole('button', { name, exact: true }).click();
    await expect(page.getByRole('region', { name })).toBeVisible();
  }
  await expect(page.getByRole('combobox', { name: 'Target' })).toContainText('This computer');
  const seen = new Set<string | null>();
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('F6');
    seen.add(await page.evaluate(() => document.activeElement?.closest('[role=region],section,main,header,footer,nav')?.getAttribute('aria-label') ?? null));
  }
  expect(seen.size).toBeGreaterThan(3);
});

test('writes and runs a snippet by keyboard alone', async ({ window, page }) => {
  await window.pythonReady();
  await page.keyboard.press('F1');
  await page.keyboard.type('New scratch tab');
  await page.keyboard.press('Enter');
  await expect(window.editor).toBeFocused();
  await page.keyboard.type('print(1 + 1)');
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(window.console).toContainText('2');
});

test('the palette shows every action with its key', async ({ window, page }) => {
  await expect(window.run).toBeVisible();
  await page.keyboard.press('F1');
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  for (const action of ['Run file', 'Run selection or cell', 'Run fresh', 'Stop', 'Restart kernel', 'New scratch tab', 'Open file', 'Open folder', 'Save']) {
    await expect(palette.getByRole('option', { name: new RegExp(action, 'i') }).first()).toBeAttached();
  }
  await expect(palette.getByRole('option', { name: /run file/i }).first()).toContainText(/enter|⏎|↵/i);
});

test('settings are kept', async ({ home, page, window }) => {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = page.getByRole('region', { name: 'Settings' });
  await settings.getByLabel(/editor font size/i).fill('19');
  await settings.getByLabel(/editor font size/i).press('Tab');
  await window.newTab();
  await window.write('x = 1');
  await expect.poll(() => page.locator('.view-line').first().evaluate((line) => getComputedStyle(line).fontSize)).toBe('19px');
  await settingIsStored(home, 'editorFontSize', /^19$/);
  await textIsStored(home, 'x = 1');
  await page.reload();
  await expect.poll(() => page.locator('.view-line').first().evaluate((line) => getComputedStyle(line).fontSize)).toBe('19px');
});

test('a view that is opened before the settings have come is open again at the next start', async ({ page, server, home }) => {
  const released = deferred<void>();
  await page.routeWebSocket(/\/rpc/, (socket) => {
    const toServer = socket.connectToServer();
    toServer.onMessage((message) => void released.promise.then(() => socket.send(message)));
  });
  const window = new Window(page);
  await window.open(server.url);
  await page.getByRole('button', { name: 'History', exact: true }).click();
  await expect(window.history).toBeVisible();
  released.resolve();
  await settingIsStored(home, 'layout', /History/);
  await page.reload();
  await expect(window.history).toBeVisible();
});

for (const theme of ['light', 'dark', 'high contrast'] as const) {
  test(`axe finds nothing in ${theme}`, async ({ window, page }) => {
    await preferTheme(page, theme);
    const check = async (what: string): Promise<void> => expect(await axeFinds(page, null, '.monaco-editor'), what).toEqual([]);
    await check('welcome');
    await window.newTab();
    await window.pythonReady();
    await window.runSource('import sys\nprint("out")\nprint("\\x1b[32mgreen\\x1b[0m")\nprint("err", file=sys.stderr)\nfigure = [1]\n1 / 0');
    await expect(window.console).toContainText('ZeroDivisionError');
    await check('after a run');
    for (const name of ['Files', 'History', 'Settings']) {
      await page.getByRole('button', { name, exact: true }).click();
      await expect(page.getByRole('region', { name })).toBeVisible();
      await check(name);
    }
    await page.keyboard.press('F1');
    await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible();
    await check('palette');
  });
}
