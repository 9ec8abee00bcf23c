import { axeFinds, expect, preferTheme, runsAreStored, test } from './fixtures.ts';

test('two runs are compared: facts, source and output, differences first', async ({ home, window, page }) => {
  await window.newTab();
  await window.pythonReady();
  await window.runSource('for i in range(30):\n    print("line", i)');
  await expect(window.console).toContainText('line 29');
  await window.runSource('for i in range(30):\n    print("line", i if i != 7 else "seven")\nraise ValueError("late")');
  await expect(window.console).toContainText('ValueError');
  // They are compared as they are on disk at that moment.
  await runsAreStored(home);
  await page.getByRole('button', { name: 'History' }).click();
  await window.history.getByRole('option').first().click();
  await window.history.getByRole('button', { name: 'Compare with another run' }).click();
  const dialog = page.getByRole('dialog', { name: 'Compare runs' });
  const facts = dialog.getByRole('region', { name: 'Facts that differ' });
  await expect(facts.getByRole('row', { name: /Status/ })).toContainText('succeededfailed');
  await expect(facts.getByRole('row', { name: /Error/ })).toContainText('ValueError: late');
  await expect(dialog.getByRole('group', { name: 'Differences of the source' })).toContainText('seven');
  const output = dialog.getByRole('group', { name: 'Differences of the output' });
  await expect(output).toContainText('only left: −line 7');
  await expect(output).toContainText('only right: +line seven');
  await expect(output).not.toContainText('line 20');
  await expect(dialog.getByRole('region', { name: 'The same' })).toContainText('Python');
  await expect(dialog.getByRole('textbox', { name: 'Differences of the source, left' })).toBeAttached();
  // The theme changes while all of it is there: what is coloured, behind the dialog as well, is coloured anew.
  for (const colorScheme of ['light', 'dark'] as const) {
    await preferTheme(page, colorScheme);
    await expect.poll(() => axeFinds(page), colorScheme).toEqual([]);
  }
  await dialog.getByRole('combobox', { name: 'Right run' }).press('Enter');
  await page.getByRole('option').last().click();
  await expect(dialog.getByRole('region', { name: 'The same' })).toContainText('the source, the output');
});
