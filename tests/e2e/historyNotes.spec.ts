import { expect, runsAreStored, test } from './fixtures.ts';

test('a run gets tags and a note, and is found by them and by a saved search', async ({ window, page }) => {
  await window.newTab();
  await window.pythonReady();
  await window.runSource('import statistics\nprint("figure", 3)');
  await expect(window.console).toContainText('figure 3');
  await window.runSource('oops = 1 / 0');
  await expect(window.console).toContainText('ZeroDivisionError');
  await page.getByRole('button', { name: 'History' }).click();
  await window.history.getByRole('option', { name: /import statistics/ }).click();
  await window.history.getByRole('textbox', { name: 'Add a tag' }).fill('paper, slow');
  await page.keyboard.press('Enter');
  const tags = window.history.getByRole('group', { name: 'Tags of the run' });
  await expect(tags).toContainText('paper');
  await tags.getByRole('button', { name: 'Remove the tag slow' }).click();
  await expect(tags).not.toContainText('slow');
  const field = window.history.getByRole('textbox', { name: 'Add a tag' });
  await field.fill('x'.repeat(51));
  await page.keyboard.press('Enter');
  await expect(page.getByText('This is no tag: it is longer than 50 characters')).toBeVisible();
  await expect(field).toHaveValue('x'.repeat(51));
  await field.fill(`${'long'.repeat(12)}🎉`);
  await page.keyboard.press('Enter');
  const remove = tags.getByRole('button', { name: /Remove the tag long/ });
  await expect(remove).toBeInViewport({ ratio: 1 });
  await remove.click();
  await expect(tags).not.toContainText('long');
  await window.history.getByRole('textbox', { name: 'Note' }).fill('for the second chapter');
  await page.keyboard.press('Tab');

  const list = window.history.getByRole('listbox', { name: 'Runs of the history' });
  const search = window.history.getByRole('searchbox', { name: 'Search history' });
  await search.fill('chapter');
  await expect(list.getByRole('option')).toHaveCount(1);
  await search.fill('');
  await window.history.getByRole('combobox', { name: 'Tag' }).click();
  await page.getByRole('option', { name: 'paper' }).click();
  await expect(list.getByRole('option')).toHaveCount(1);

  await window.history.getByRole('button', { name: 'Saved searches' }).click();
  const dialog = page.getByRole('dialog', { name: 'Saved searches' });
  await dialog.getByRole('textbox', { name: 'Name of the search' }).fill('My paper');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'My paper', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await search.fill('nothing like this');
  await window.history.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(list.getByRole('option')).toHaveCount(2);
  await window.history.getByRole('button', { name: 'Saved searches' }).click();
  await dialog.getByRole('button', { name: 'My paper', exact: true }).click();
  await expect(list.getByRole('option')).toHaveCount(1);
});

test('statistics count runs, failures, packages and slow runs', async ({ home, window, page }) => {
  await window.newTab();
  await window.pythonReady();
  // As a package is beside its modules, by its folder's name.
  await window.runSource('import os, statistics\nos.mkdir("Demo_Package-1.2.dist-info")\nopen("demo_package.py", "w").close()\nimport demo_package\nprint("one")');
  await expect(window.console).toContainText('one');
  await window.runSource('oops = 1 / 0');
  await expect(window.console).toContainText('ZeroDivisionError');
  // They count what is on disk when they are opened.
  await runsAreStored(home);
  await page.getByRole('button', { name: 'History' }).click();
  await window.command('History: statistics');
  const dialog = page.getByRole('dialog', { name: 'Statistics' });
  await expect(dialog).toContainText('2 runs, 1 failed');
  await expect(dialog.getByRole('region', { name: 'Failures by class' })).toContainText('ZeroDivisionError');
  await expect(dialog.getByRole('region', { name: 'Most used packages' })).toHaveText(/^Most used packagesdemo-package 1.21$/);
  await dialog.getByRole('region', { name: 'Slowest runs' }).getByRole('button').first().click();
  await expect(dialog).toHaveCount(0);
  await expect(window.history.getByRole('region', { name: 'Run', exact: true })).toBeVisible();
});
