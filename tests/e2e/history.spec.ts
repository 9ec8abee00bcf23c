import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fillHistory } from '../support/fillHistory.ts';
import { startServer } from '../support/serverProcess.ts';
import { expect, test, Window } from './fixtures.ts';

test('a run is found by words of its source, title and error, and by its status', async ({ window, page }) => {
  await window.newTab();
  await window.pythonReady();
  await window.runSource('walrus_count = 3\nprint("ok run")');
  await expect(window.console).toContainText('ok run');
  await window.runSource('penguin = 1 / 0');
  await expect(window.console).toContainText('ZeroDivisionError');
  await page.getByRole('button', { name: 'History' }).click();
  const search = window.history.getByRole('searchbox', { name: 'Search history' });
  await search.fill('walrus');
  await expect(window.history.getByText('walrus_count = 3')).toBeVisible();
  await expect(window.history.getByText('penguin = 1 / 0')).toHaveCount(0);
  await search.fill('division by zero');
  await expect(window.history.getByText('penguin = 1 / 0')).toBeVisible();
  await search.fill('"unbalanced AND (');
  await expect(window.history).toContainText(/no runs?|nothing/i);
  await search.fill('');
  await window.history.getByRole('combobox', { name: /status/i }).click();
  await page.getByRole('option', { name: /failed/i }).click();
  await expect(window.history.getByText('penguin = 1 / 0')).toBeVisible();
  await expect(window.history.getByText('walrus_count = 3')).toHaveCount(0);
});

test('a run can be renamed, pinned, run again, put into a tab and deleted', async ({ window, page }) => {
  await window.newTab();
  await window.pythonReady();
  await window.runSource('print("original", 7)');
  await expect(window.console).toContainText('original 7');
  await page.getByRole('button', { name: 'History' }).click();
  const entry = window.history.getByRole('option', { name: /original/ }).or(window.history.getByRole('row', { name: /original/ })).or(window.history.getByRole('listitem').filter({ hasText: 'original' })).first();
  await entry.click();
  await window.history.getByRole('button', { name: 'Rename' }).click();
  await window.history.getByRole('textbox', { name: /title|name/i }).fill('my best run');
  await page.keyboard.press('Enter');
  await expect(window.history.getByText('my best run').first()).toBeVisible();
  await window.history.getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(window.history.getByRole('button', { name: 'Unpin', exact: true })).toBeVisible();
  await window.history.getByRole('button', { name: 'Run again exactly' }).click();
  await expect(page.getByRole('tablist', { name: 'Runs' }).getByRole('tab')).not.toHaveCount(1);
  // Its row comes before the others: who clicks the first before that clicks another.
  await expect(window.history.getByRole('option')).toHaveCount(2);
  await window.history.getByText('my best run').first().click();
  const tabs = page.getByRole('tablist', { name: 'Editors' }).getByRole('tab');
  const before = await tabs.count();
  await window.history.getByRole('button', { name: /open.*(tab|editor)/i }).click();
  await expect(tabs).toHaveCount(before + 1);
  await window.history.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: /delete/i }).click();
  // The run that went again keeps the name.
  await expect(window.history.getByRole('option')).toHaveCount(1);
});

test('a run that was going on when everything was killed is there, marked interrupted', async ({ server, home, window, page }) => {
  await window.newTab();
  await window.pythonReady();
  await window.runSource('import time\nprint("written before the end")\ntime.sleep(600)');
  await expect(window.console).toContainText('written before the end');
  // What is on screen may not be stored yet; what counts here is what was.
  const database = new Database(join(home, 'pyexekube.sqlite'), { readonly: true });
  await expect.poll(() => database.prepare('SELECT sum(output_length) FROM runs').pluck().get()).toBeGreaterThan(0);
  database.close();
  await server.kill();
  const next = await startServer(home);
  try {
    await page.goto('about:blank');
    await page.goto(next.url);
    await page.getByRole('button', { name: 'History' }).click();
    await expect(window.history).toContainText(/interrupted/i);
    await window.history.getByText('import time').first().click();
    await expect(window.console).toContainText('written before the end');
  } finally {
    await next.stop();
  }
});

test('ten thousand runs scroll and search', async ({ home, page }) => {
  await fillHistory(home, 10_000);
  const server = await startServer(home);
  try {
    const window = new Window(page);
    await window.open(server.url);
    await page.getByRole('button', { name: 'History' }).click();
    await expect(window.history.getByText('value_9999').first()).toBeVisible();
    await window.history.getByText('value_9999').first().hover();
    for (let i = 0; i < 20; i++) await page.mouse.wheel(0, 20_000);
    await expect(window.history.getByText('value_9999')).toHaveCount(0);
    await window.history.getByRole('searchbox', { name: 'Search history' }).fill('value_4321');
    await expect(window.history.getByText('value_4321').first()).toBeVisible();
  } finally {
    await server.stop();
  }
});
