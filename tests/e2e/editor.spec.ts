import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../support/serverProcess.ts';
import { expect, test, type Window } from './fixtures.ts';

async function openFolder(window: Window, path: string): Promise<void> {
  await window.command('Open folder');
  const dialog = window.page.getByRole('dialog', { name: /open folder/i });
  await dialog.getByRole('textbox').first().fill(path);
  await dialog.getByRole('button', { name: /^open/i }).click();
  await expect(dialog).toBeHidden();
}

test.describe('Editor', () => {
  let folder: string;
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pyexekube-files-'));
  });
  test.afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('comments, brackets, several cursors and find work', async ({ window, page }) => {
    await window.newTab();
    await window.write('alpha\nalpha\nalpha');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('ControlOrMeta+/');
    await window.pythonReady();
    await window.run.click();
    await expect(window.console).toContainText(/✓|succeeded|exit 0/i);
    await page.keyboard.press('ControlOrMeta+/');
    await window.write('beta');
    await page.keyboard.press('ControlOrMeta+f');
    await expect(page.getByRole('dialog', { name: /find/i })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  test('opens a folder, edits and saves a file, and sees a change from outside', async ({ window, page }) => {
    await writeFile(join(folder, 'hello.py'), 'print("from a file")\n');
    await mkdir(join(folder, 'sub'));
    await openFolder(window, folder);
    const files = page.getByRole('region', { name: 'Files' });
    await files.getByRole('treeitem', { name: /hello\.py/ }).dblclick();
    await expect(page.getByRole('tab', { name: /hello\.py/ })).toBeVisible();
    await window.pythonReady();
    await window.run.click();
    await expect(window.console).toContainText('from a file');
    await window.write('print("edited")\n');
    await page.keyboard.press('ControlOrMeta+s');
    await expect.poll(() => readFile(join(folder, 'hello.py'), 'utf8')).toBe('print("edited")\n');
    await writeFile(join(folder, 'made-outside.py'), '');
    await expect(files.getByRole('treeitem', { name: /made-outside\.py/ })).toBeVisible();
  });

  test('asks before it overwrites a newer file', async ({ window, page }) => {
    const path = join(folder, 'shared.py');
    await writeFile(path, 'x = 1\n');
    await openFolder(window, folder);
    await page.getByRole('treeitem', { name: /shared\.py/ }).dblclick();
    await expect(page.getByRole('tab', { name: /shared\.py/ })).toBeVisible();
    await window.write('x = "mine"\n');
    await writeFile(path, 'x = "theirs, and longer"\n');
    await page.keyboard.press('ControlOrMeta+s');
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
    await expect(dialog).toContainText(/shared\.py/);
    expect(await readFile(path, 'utf8')).toBe('x = "theirs, and longer"\n');
    await dialog.getByRole('button', { name: /overwrite/i }).click();
    await expect.poll(() => readFile(path, 'utf8')).toBe('x = "mine"\n');
  });

  test('a file that is not UTF-8, too big, or gone is refused by name', async ({ window, page }) => {
    await writeFile(join(folder, 'latin.py'), Buffer.from([0x78, 0x20, 0x3d, 0x20, 0x22, 0xe9, 0x22]));
    await writeFile(join(folder, 'big.py'), Buffer.alloc(50 * 1024 * 1024, 0x23));
    await openFolder(window, folder);
    await page.getByRole('treeitem', { name: /latin\.py/ }).dblclick();
    await expect(page.getByText(/UTF-8/).first()).toBeVisible();
    await page.getByRole('treeitem', { name: /big\.py/ }).dblclick();
    await expect(page.getByText(/(50|52)[.\d]* ?M/).first()).toBeVisible();
  });

  test('everything typed survives kill -9 of the server within two seconds', async ({ server, home, page, window }) => {
    await window.newTab();
    await window.write('typed = "and never saved"\n');
    const tabs = await page.getByRole('tablist', { name: 'Editors' }).getByRole('tab').count();
    const until = Date.now() + 2000;
    await page.waitForFunction((end) => Date.now() >= end, until);
    await server.kill();
    const next = await startServer(home);
    try {
      await page.goto(next.url);
      await expect(page.getByRole('tablist', { name: 'Editors' }).getByRole('tab')).toHaveCount(tabs);
      await expect(page.getByText('and never saved')).toBeVisible();
    } finally {
      await next.stop();
    }
  });
});
