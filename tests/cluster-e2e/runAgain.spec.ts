import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, testKubeconfig } from './fixtures.ts';

test.describe('Running again on a cluster', () => {
  test.skip(testKubeconfig === '', 'PYEXEKUBE_TEST_KUBECONFIG names no cluster');

  test('exactly takes the files as they were and says what cannot be as it was; with today’s files it takes those', async ({ window, cluster, page }) => {
    const folder = await mkdtemp(join(tmpdir(), 'pyexekube-again-'));
    try {
      await writeFile(join(folder, 'helper.py'), 'word = "yesterday"\n');
      await writeFile(join(folder, 'main.py'), 'import helper\nprint("helper says", helper.word)\n');
      await window.command('Open folder');
      await page.getByRole('dialog', { name: 'Open folder' }).getByRole('textbox').fill(folder);
      await page.keyboard.press('Enter');
      await page.getByRole('treeitem', { name: 'main.py' }).dblclick();
      await expect(page.getByRole('tab', { name: 'main.py', selected: true })).toBeVisible();
      await window.chooseTarget(cluster.place);
      await window.runOnCluster.click();
      await window.sheet.getByRole('button', { name: /^Run/ }).click();
      await expect(window.console).toContainText('helper says yesterday');
      await expect(window.card.getByRole('list', { name: 'Timeline' })).toContainText('Done');
      await writeFile(join(folder, 'helper.py'), 'word = "today"\n');

      await page.getByRole('button', { name: 'History', exact: true }).click();
      const runs = window.history.getByRole('listbox').getByRole('option');
      await runs.first().click();
      await window.history.getByRole('button', { name: /Kept: 2 files/ }).click();
      await window.history.getByRole('button', { name: /^\d+ packages?$/ }).click();
      await expect(window.history.getByRole('list', { name: 'Packages of the run' })).toContainText('pip');
      await window.history.getByRole('button', { name: 'Run again exactly' }).click();
      // The tests' image was put on the node by hand: no registry has given it a digest.
      const question = page.getByRole('alertdialog', { name: 'It cannot go exactly as it was' });
      await expect(question).toContainText('Which image its node pulled is not known');
      await question.getByRole('button', { name: 'Run all the same' }).click();
      await expect(runs).toHaveCount(2);
      await expect(window.console).toContainText('helper says yesterday');
      await expect(runs.first()).toHaveAccessibleName(/succeeded/, { timeout: 60_000 });

      // The run that went exactly has its place in the person's own folder, so today's files are those.
      await runs.first().click();
      await window.history.getByRole('button', { name: 'Run again with today’s files' }).click();
      await expect(runs).toHaveCount(3, { timeout: 30_000 });
      await expect(window.console).toContainText('helper says today', { timeout: 60_000 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
