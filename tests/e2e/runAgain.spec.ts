import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

test('a run goes again exactly with the files as they were, and with today’s files as they are', async ({ window, page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'pyexekube-again-'));
  try {
    await writeFile(join(folder, 'helper.py'), 'word = "yesterday"\n');
    await writeFile(join(folder, 'main.py'), 'import helper\nprint("helper says", helper.word)\n');
    await window.command('Open folder');
    const dialog = page.getByRole('dialog', { name: 'Open folder' });
    await dialog.getByRole('textbox').fill(folder);
    await page.keyboard.press('Enter');
    await page.getByRole('treeitem', { name: 'main.py' }).dblclick();
    await window.pythonReady();
    await window.run.click();
    await expect(window.console).toContainText('helper says yesterday');

    await page.getByRole('button', { name: 'History' }).click();
    await window.history.getByRole('option', { name: /import helper/ }).first().click();
    await expect(window.history.getByRole('button', { name: /Kept: 2 files/ })).toBeVisible();
    await writeFile(join(folder, 'helper.py'), 'word = "today"\n');
    await writeFile(join(folder, 'main.py'), 'import helper\nprint("new main:", helper.word)\n');

    await window.history.getByRole('button', { name: 'Run again exactly' }).click();
    const runs = page.getByRole('tablist', { name: 'Runs' }).getByRole('tab');
    await expect(window.history.getByRole('option')).toHaveCount(2);
    await expect(runs).toHaveCount(2);
    await expect(window.console).toContainText('helper says yesterday');
    await window.history.getByRole('option').last().click();
    await window.history.getByRole('button', { name: 'Run again with today’s files' }).click();
    await expect(window.console).toContainText('new main: today');
    await expect(window.history.getByRole('option')).toHaveCount(3);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
