import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, textIsStored, Window } from './fixtures.ts';
import { startServer } from '../support/serverProcess.ts';

test('a Pyodide asset that is missing or changed is refused by name', async ({ home, page }) => {
  // Inside the checkout, so that the copy finds the packages.
  await mkdir('.cache', { recursive: true });
  const dist = await mkdtemp(join('.cache', 'changed-dist-'));
  try {
    await cp('dist', dist, { recursive: true });
    const python = join(dist, 'window', 'python');
    const names = await readdir(python);
    const wasm = names.find((name) => name.endsWith('.wasm'));
    if (wasm === undefined) throw new Error(`no wasm among ${names.join(', ')}`);
    const bytes = await readFile(join(python, wasm));
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await writeFile(join(python, wasm), bytes);
    const server = await startServer(home, dist);
    try {
      const window = new Window(page);
      await window.open(server.url);
      await expect(page.getByText(new RegExp(wasm.replaceAll('.', '\\.'))).first()).toBeVisible({ timeout: 30_000 });
      await expect(window.kernel).not.toContainText('ready');
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dist, { recursive: true, force: true });
  }
});

test('two windows on one server work side by side', async ({ home, window, page, server, context }) => {
  const second = new Window(await context.newPage());
  await second.open(server.url);
  await window.newTab();
  await window.pythonReady();
  await window.runSource('print("from the first window")');
  await expect(window.console).toContainText('from the first window');
  await second.page.getByRole('button', { name: 'History' }).click();
  await expect(second.history.getByText('from the first window')).toBeVisible();
  await second.page.close();
  await textIsStored(home, 'from the first window');
  await page.reload();
  await expect(page.getByText('from the first window').first()).toBeVisible();
});

test('two servers on one data folder work side by side', async ({ home, window, context }) => {
  const other = await startServer(home);
  try {
    const second = new Window(await context.newPage());
    await second.open(other.url);
    await second.page.getByRole('button', { name: 'History' }).click();
    await window.newTab();
    await window.pythonReady();
    await window.runSource('print("from the other process")');
    await expect(window.console).toContainText('from the other process');
    await expect(second.history.getByText('from the other process')).toBeVisible();
  } finally {
    await other.stop();
  }
});

test('when the server is gone the window says so, and what was typed stays', async ({ server, window, page }) => {
  await window.newTab();
  await window.write('precious = 1');
  await server.kill();
  await expect(page.getByRole('alert').or(page.getByRole('status')).filter({ hasText: /connect|server|gone|lost/i }).first()).toBeVisible();
  await expect(page.getByText('precious = 1')).toBeVisible();
});
