import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, runsAreStored, test } from './fixtures.ts';

test.describe('runs that travel', () => {
  let folder: string;
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pyexekube-travel-'));
  });
  test.afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('a capsule is exported, opened again and replayed; a file that is none is refused with the reason', async ({ window, page }) => {
    const path = join(folder, 'mine.pyxrun');
    await window.newTab();
    await window.pythonReady();
    await window.runSource('print("from a", "capsule")');
    await expect(window.console).toContainText('from a capsule');
    await page.getByRole('button', { name: 'History' }).click();
    const runs = window.history.getByRole('listbox').getByRole('option');
    await runs.first().click();
    await window.history.getByRole('button', { name: 'More for this run' }).click();
    await page.getByRole('menuitem', { name: 'Export as a capsule…' }).click();
    await page.getByRole('dialog', { name: 'Export as a capsule' }).getByRole('textbox').fill(path);
    await page.keyboard.press('Enter');
    await expect(page.getByText(/The capsule was written/).first()).toBeVisible();
    await window.history.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await expect(runs).toHaveCount(0);

    await window.command('History: open a capsule');
    await page.getByRole('dialog', { name: 'Open a capsule' }).getByRole('textbox').fill(path);
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Take it in' }).click();
    await expect(runs).toHaveCount(1);
    await expect(window.console).toContainText('from a capsule');
    await window.history.getByRole('button', { name: 'More for this run' }).click();
    await page.getByRole('menuitem', { name: 'Run again exactly on this computer' }).click();
    await expect(runs).toHaveCount(2);
    await expect(runs.first()).toHaveAccessibleName(/succeeded/);

    const hostile = join(folder, 'hostile.pyxrun');
    await writeFile(hostile, 'no zip file, but long enough to look like one');
    await window.command('History: open a capsule');
    await page.getByRole('dialog', { name: 'Open a capsule' }).getByRole('textbox').fill(hostile);
    await page.keyboard.press('Enter');
    await expect(page.getByText(/This capsule was refused: it is no ZIP file/).first()).toBeVisible();
  });

  test('the history goes out as NDJSON and comes in again; what is there is skipped', async ({ home, window, page }) => {
    const path = join(folder, 'history.ndjson');
    await window.newTab();
    await window.pythonReady();
    await window.runSource('print("kept")');
    await expect(window.console).toContainText('kept');
    // Only runs that have ended go out.
    await runsAreStored(home);
    await page.getByRole('button', { name: 'History' }).click();
    const runs = window.history.getByRole('listbox').getByRole('option');
    await window.history.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Export the history…' }).click();
    await page.getByRole('dialog', { name: 'Export the history' }).getByRole('textbox').fill(path);
    await page.keyboard.press('Enter');
    const out = page.getByRole('dialog', { name: 'Export the history' });
    await expect(out).toContainText('Written: 1 run');
    await out.getByRole('button', { name: 'Done' }).click();

    for (const said of ['Taken over: 0 runs; 1 were here already', 'Taken over: 1 run.']) {
      await window.command('History: import runs');
      await page.getByRole('dialog', { name: 'Import a history' }).getByRole('textbox').fill(path);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Import a history' });
      await expect(dialog).toContainText(said);
      await dialog.getByRole('button', { name: 'Done' }).click();
      await expect(runs).toHaveCount(1);
      if (said.includes('0 runs')) {
        await runs.first().click();
        await window.history.getByRole('button', { name: 'Delete', exact: true }).click();
        await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
        await expect(runs).toHaveCount(0);
      }
    }
  });
});
