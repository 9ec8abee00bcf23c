import { readFile } from 'node:fs/promises';
import { expect, settingIsStored, test as base } from './fixtures.ts';

const test = base.extend({
  window: async ({ window, page }, use) => {
    await page.getByRole('button', { name: 'Cluster', exact: true }).click();
    await expect(page.getByRole('list', { name: 'Job profiles' }).getByRole('listitem')).toHaveCount(1);
    await use(window);
  },
});

test('a profile is made, saved, edited, run with, and deleted', async ({ window, page }) => {
  const list = page.getByRole('list', { name: 'Job profiles' });
  await window.command('New job profile');
  const dialog = page.getByRole('dialog', { name: 'New job profile' });
  await dialog.getByRole('textbox', { name: 'Name of the profile' }).fill('gpu');
  await expect(dialog.getByText('Python 3.13, by its tag.')).toBeVisible();
  await dialog.getByRole('tab', { name: 'Resources' }).click();
  await dialog.getByRole('textbox', { name: 'Memory', exact: true }).fill('16Gi');
  await dialog.getByRole('button', { name: 'Add a device' }).click();
  await page.keyboard.type('nvidia.com/gpu');
  await dialog.getByRole('textbox', { name: 'Device 1: How many' }).fill('2');
  await dialog.getByRole('tab', { name: 'Time and retries' }).click();
  await dialog.getByRole('textbox', { name: 'The script may run' }).fill('1h 30m');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(list).toContainText('1 CPU · 16Gi · 2 × nvidia.com/gpu · Python 3.13 · 1h 30m');
  await page.getByRole('button', { name: 'Run with it from now on' }).click();
  await expect(page.getByRole('combobox', { name: 'Profile' })).toContainText('gpu');

  await list.getByRole('button', { name: /^gpu/ }).click();
  const edited = page.getByRole('dialog', { name: 'Job profile' });
  await edited.getByRole('tab', { name: 'Resources' }).click();
  await expect(edited.getByRole('textbox', { name: 'Device 1: Resource' })).toHaveValue('nvidia.com/gpu');
  await edited.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(1);
});

test('what cannot be is refused at its field, and nothing typed is lost by accident', async ({ window: { page }, home }) => {
  await page.getByRole('list', { name: 'Job profiles' }).getByRole('button', { name: /^small/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Job profile' });
  await dialog.getByRole('tab', { name: 'Variables and secrets' }).click();
  await dialog.getByRole('button', { name: 'Add a variable' }).click();
  await page.keyboard.type('1BAD');
  await dialog.getByRole('tab', { name: 'Volumes' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  const name = dialog.getByRole('textbox', { name: 'Variable 1: Name' });
  await expect(name).toBeFocused();
  await expect(dialog.getByRole('alert')).toContainText('One field needs a look.');
  await expect(dialog).toContainText('no digit first');
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Go on editing' }).click();
  await name.fill('GOOD');
  await expect(dialog).not.toContainText('no digit first');
  await name.press('Enter');
  await expect(dialog).toBeHidden();
  await settingIsStored(home, 'layout', /Cluster/);
  await page.reload();
  await page.getByRole('list', { name: 'Job profiles' }).getByRole('button', { name: /^small/ }).click();
  await dialog.getByRole('tab', { name: 'Variables and secrets' }).click();
  await expect(name).toHaveValue('GOOD');
});

test('profiles go out and come in as YAML', async ({ window, page }) => {
  const list = page.getByRole('list', { name: 'Job profiles' });
  await window.command('Import job profiles');
  const dialog = page.getByRole('dialog', { name: 'Import job profiles' });
  await dialog.getByRole('textbox').fill('name: big\nmemory: a lot\n');
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(dialog.getByRole('alert')).toContainText('memory');

  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await list.getByRole('button', { name: 'More for small' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export as YAML' }).click();
  const file = await (await download).path();
  const yaml = (await readFile(file, 'utf8')).replace(/^(.*name: ).*$/m, '$1"from a file"');
  await window.command('Import job profiles');
  await dialog.getByLabel('File with job profiles').setInputFiles({ name: 'profile.yaml', mimeType: 'application/yaml', buffer: Buffer.from(yaml) });
  await expect(dialog.getByRole('textbox')).toHaveValue(yaml);
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(list).toContainText('from a file');

  // The same again would replace it: that is asked.
  await window.command('Import job profiles');
  await dialog.getByRole('textbox').fill(yaml);
  await dialog.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(2);
});
