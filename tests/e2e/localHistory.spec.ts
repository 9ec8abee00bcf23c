import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, runsAreStored, test } from './fixtures.ts';

test('each version of a file that was run can be seen beside today’s, and restored', async ({ home, window, page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'pyexekube-versions-'));
  const path = join(folder, 'main.py');
  try {
    await writeFile(path, 'print("first text")\n');
    await window.command('Open folder');
    await page.getByRole('dialog', { name: 'Open folder' }).getByRole('textbox').fill(folder);
    await page.keyboard.press('Enter');
    await page.getByRole('treeitem', { name: 'main.py' }).dblclick();
    await window.pythonReady();
    await window.run.click();
    await expect(window.console).toContainText('first text');
    await writeFile(path, 'print("second text")\n');
    await expect(window.editor.locator('xpath=ancestor::*[contains(@class,"monaco-editor")][1]')).toContainText('second text');
    await window.ended();
    await window.run.click();
    await expect(window.console).toContainText('second text');
    // What a run was given is kept before its end is.
    await runsAreStored(home);

    await window.command('History: versions of the file in front');
    const dialog = page.getByRole('dialog', { name: 'Versions of files' });
    const versions = dialog.getByRole('list', { name: 'Versions' }).getByRole('button');
    await expect(versions).toHaveCount(2);
    await expect(dialog).toContainText('The file has this text now.');
    await versions.last().click();
    await expect(dialog.getByRole('group', { name: 'The version beside today’s text' })).toContainText('first text');
    await dialog.getByRole('button', { name: 'Restore this version' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Restore' }).click();
    await expect.poll(() => readFile(path, 'utf8')).toBe('print("first text")\n');
    await dialog.getByRole('button', { name: 'All files' }).click();
    await expect(dialog.getByRole('list', { name: 'Files with versions' })).toContainText('main.py');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
