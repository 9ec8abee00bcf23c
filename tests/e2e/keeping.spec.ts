import { fillHistory } from '../support/fillHistory.ts';
import { startServer } from '../support/serverProcess.ts';
import { expect, test, Window } from './fixtures.ts';

test('a limit says what it would delete; a backup brings it back and says what is lost', async ({ home, page }) => {
  await fillHistory(home, 40);
  const server = await startServer(home);
  try {
    const window = new Window(page);
    await window.open(server.url);
    const settings = page.getByRole('region', { name: 'Settings' });
    const count = window.history.getByRole('status', { name: 'Runs found' });
    await page.getByRole('button', { name: 'Settings' }).click();
    await settings.getByRole('button', { name: 'Back up now' }).click();
    await expect(settings.getByRole('list', { name: 'Backups' })).toContainText('40 runs');

    const limit = settings.getByRole('spinbutton', { name: 'Keep at most' });
    const question = page.getByRole('alertdialog');
    await limit.fill('15');
    await page.keyboard.press('Enter');
    await expect(question).toContainText('25 runs');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(limit).toHaveValue('0');
    await limit.fill('15');
    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Set the limit and delete' }).click();
    await page.getByRole('button', { name: 'History' }).click();
    await expect(count).toContainText('15 runs');

    await page.getByRole('button', { name: 'Settings' }).click();
    await settings.getByRole('button', { name: /Restore the backup of/ }).last().click();
    await expect(question).toContainText('It has all runs of now');
    await question.getByRole('button', { name: 'Restore' }).click();
    await expect(page.getByText(/The backup of .* was restored/).first()).toBeVisible();
    await page.getByRole('button', { name: 'History' }).click();
    await expect(count).toContainText('40 runs');
  } finally {
    await server.stop();
  }
});
