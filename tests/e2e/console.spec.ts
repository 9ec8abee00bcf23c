import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { axeFinds, expect, runsAreStored, test } from './fixtures.ts';

test.beforeEach(async ({ window }) => {
  await window.newTab();
  await window.pythonReady();
});

test('one tab a run, the newest in front', async ({ window, page }) => {
  const tabs = page.getByRole('tablist', { name: 'Runs' }).getByRole('tab');
  await window.runSource('print("first run")');
  await expect(window.console).toContainText('first run');
  await window.runSource('print("second run")');
  await expect(window.console).toContainText('second run');
  await expect(tabs).toHaveCount(2);
  await expect(window.console).not.toContainText('first run');
  await tabs.filter({ has: page.locator('[aria-selected=false]') }).or(tabs.and(page.locator('[aria-selected=false]'))).first().click();
  await expect(window.console).toContainText('first run');
});

test('a hundred thousand lines are virtualised, searched and saved whole', async ({ home, window, page }) => {
  await window.runSource('for i in range(100_000):\n    print("line", i)\nprint("needle in the end")');
  await expect(window.console).toContainText('needle in the end', { timeout: 30_000 });
  expect(await window.console.locator('*').count()).toBeLessThan(3000);
  const search = window.console.getByRole('searchbox', { name: 'Search output' });
  await window.console.getByRole('button', { name: 'Search the output' }).click();
  await search.fill('line 54321');
  await expect(window.console.getByText('line 54321')).toBeVisible();
  // What is counted is counted once, of what is on disk.
  await runsAreStored(home);
  await search.fill('line');
  await expect(window.console.getByRole('status', { name: 'Matches' })).toHaveText('1 of 10,000+, 100,000 lines in all');
  const download = page.waitForEvent('download');
  await window.console.getByRole('button', { name: /save/i }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  const path = await (await download).path();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(100_001);
  expect(lines[77_777]).toBe('line 77777');
});

test('a progress bar redraws in its line; control characters are shown, not obeyed', async ({ window }) => {
  await window.runSource('import time\nfor i in range(5):\n    print(f"\\rprogress {i}", end="", flush=True)\n    time.sleep(0.03)\nprint()\nprint("a\\x1b]52;c;aGk=\\x07b\\x1b[2Jc")');
  await expect(window.console).toContainText('progress 4');
  await expect(window.console).not.toContainText('progress 3');
  await expect(window.console).toContainText('␛');
  await expect(window.console).toContainText('progress 4');
});

test('a hundred thousand coloured lines leave the window responsive', async ({ window, page }) => {
  await window.runSource('for i in range(100_000):\n    print("line", i, "\\x1b[31mred\\x1b[0m and \\x1b[38;5;208mmore\\x1b[0m")');
  await expect(window.console).toContainText('line 99999', { timeout: 30_000 });
  await window.newTab();
  await page.keyboard.type('x = 1');
  await expect(page.locator('.view-line').first()).toContainText('x = 1');
});

test('one line of twenty million characters leaves the window responsive', async ({ window, page }) => {
  await window.runSource('print("y" * 20_000_000)\nprint("after it")');
  await expect(window.console).toContainText('after it', { timeout: 30_000 });
  await window.newTab();
  await page.keyboard.type('x = 1');
  await expect(page.locator('.view-line').first()).toContainText('x = 1');
});

test('copy takes the text, and clear empties the view', async ({ window, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.runSource('print("copy me")\nprint("and me")');
  await expect(window.console).toContainText('and me');
  await window.console.getByRole('button', { name: /copy/i }).first().click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('copy me\nand me');
  await window.console.getByRole('button', { name: /clear/i }).click();
  await expect(window.console).not.toContainText('copy me');
});

test('goes to a line and to a time, and copies across pages, in an output that was never read whole', async ({ home, window, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.runSource('for i in range(200_000):\n    print("line", i, "x" * 20)');
  await expect(window.console).toContainText('line 199999', { timeout: 30_000 });
  await expect(window.console).toContainText('Finished');
  await runsAreStored(home);
  await page.reload();
  await page.getByRole('button', { name: 'History' }).click();
  await window.history.getByText('for i in range').first().click();
  await expect(window.console).toContainText('line 199999');
  await window.console.getByRole('button', { name: 'Go to a line or time' }).click();
  await window.console.getByRole('textbox', { name: 'Line or time' }).fill('123,457');
  await page.keyboard.press('Enter');
  await expect(window.console.getByText('line 123456 ')).toBeInViewport();
  await window.console.getByRole('textbox', { name: 'Line or time' }).fill('nonsense');
  await page.keyboard.press('Enter');
  await expect(window.console.getByRole('status', { name: 'Go to' })).toContainText('Type a line');
  await window.console.getByRole('textbox', { name: 'Line or time' }).fill('+0');
  await page.keyboard.press('Enter');
  await expect(window.console.getByText('line 0 ', { exact: false }).first()).toBeInViewport();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('log')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  await expect.poll(() => page.evaluate(async () => (await navigator.clipboard.readText()).split('\n').length), { timeout: 30_000 }).toBeGreaterThanOrEqual(200_000);
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
  expect(lines.slice(0, 200_000).every((line, i) => line.startsWith(`line ${i} x`))).toBe(true);
});

test('a click, and far from it one with Shift, select all lines between', async ({ window, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.runSource('for i in range(20_000):\n    print("line", i, end="\\r\\n")');
  await expect(window.console).toContainText('line 19999', { timeout: 30_000 });
  // What is still to come would move the rows under the pointer.
  await expect(window.console).toContainText('Finished');
  const clickAt = async (line: number): Promise<void> => {
    const row = window.console.locator('.log-row', { hasText: new RegExp(`^line ${line}$`) });
    await expect(row).toBeInViewport();
    await row.click({ position: { x: 1, y: 5 } });
  };
  await page.getByRole('log').focus();
  await page.keyboard.press('Home');
  await clickAt(2);
  await page.keyboard.press('End');
  await page.keyboard.down('Shift');
  await clickAt(19_998);
  await page.keyboard.up('Shift');
  await page.keyboard.press('ControlOrMeta+c');
  const wanted = Array.from({ length: 19_996 }, (_, i) => `line ${i + 2}\n`).join('');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(wanted);
  await window.console.getByRole('button', { name: 'Copy all' }).click();
  await expect.poll(() => page.evaluate(async () => (await navigator.clipboard.readText()).slice(0, 14))).toBe('line 0\nline 1\n');
});

test('a damaged stretch of a stored output is named in its place, and the rest is shown', async ({ home, window, page }) => {
  await window.runSource('for i in range(100_000):\n    print("line", i, "x" * 20)\nraise SystemExit(3)');
  await expect(window.console).toContainText('line 99999', { timeout: 30_000 });
  await expect(window.console).toContainText('Exited with code 3');
  await runsAreStored(home);
  const database = new Database(join(home, 'pyexekube.sqlite'));
  database.exec('UPDATE output_chunks SET checksum = checksum + 1 WHERE first_seq = (SELECT first_seq FROM output_chunks WHERE feeds_before > 40000 ORDER BY first_seq LIMIT 1)');
  const damaged = Number(database.prepare('SELECT feeds_before FROM output_chunks WHERE feeds_before > 40000 ORDER BY first_seq LIMIT 1').pluck().get());
  database.close();
  await page.reload();
  await page.getByRole('button', { name: 'History' }).click();
  await window.history.getByText('for i in range').first().click();
  await expect(window.console).toContainText('line 99999');
  const goTo = async (line: number): Promise<void> => {
    await window.console.getByRole('textbox', { name: 'Line or time' }).fill(String(line));
    await page.keyboard.press('Enter');
  };
  await window.console.getByRole('button', { name: 'Go to a line or time' }).click();
  await goTo(damaged + 20);
  await expect(window.console).toContainText('is damaged and cannot be read');
  await goTo(damaged - 100);
  await expect(window.console.getByText(`line ${damaged - 101} `)).toBeInViewport();
});

test('shows times beside the lines, never in their text', async ({ window, page }) => {
  await window.runSource('print("timed line")');
  await expect(window.console).toContainText('timed line');
  const row = window.console.locator('.log-row', { hasText: 'timed line' });
  for (const [name, form] of [['Since the start', /^\+00:00:\d\d\.\d{3}$/], ['UTC', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/], ['Local time', /^\d\d:\d\d:\d\d\.\d{3}$/]] as const) {
    await window.console.getByRole('button', { name: 'Times and fields' }).click();
    await page.getByRole('menuitemcheckbox', { name }).click();
    await expect(row).toHaveAttribute('data-time', form);
    await expect(row).toHaveText('timed line');
  }
});

test('lines of JSON are shown as fields, and levels are known', async ({ window, page }) => {
  await window.runSource('print(\'{"level":"error","msg":"no disk","free":0}\')\nprint("nothing said")\nprint("2026-01-01 10:00:00 WARNING slow")');
  await expect(window.console).toContainText('nothing said');
  await expect(window.console.locator('.log-row', { hasText: 'no disk' })).toHaveAttribute('data-level', 'error');
  await expect(window.console.locator('.log-row', { hasText: 'slow' })).toHaveAttribute('data-level', 'warning');
  await expect(window.console.locator('.log-row', { hasText: 'nothing' })).toHaveAttribute('data-level', 'unknown');
  await window.console.getByRole('button', { name: 'Times and fields' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Fields of JSON lines' }).click();
  await expect(window.console).toContainText('error no disk free=0');
});

test('a line of JSON opens over several rows, by a click and by keys, and what is in it folds', async ({ window, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.runSource('print("before")\nprint(\'{"level":"error","id":12345678901234567890,"who":{"name":"Ada","tags":[{"x":1},{"x":2}]},"id":2}\')\nprint("[not, json]")\nprint("after")');
  await expect(window.console).toContainText('after');
  const rows = window.console.locator('.log-row');
  const whole = window.console.getByRole('button', { name: 'JSON of this line' });
  await expect(whole).toHaveCount(1);
  await whole.click();
  await expect(rows).toHaveText(['before', '{', '  "level": "error",', '  "id": 12345678901234567890,', '  "who": {', '    "name": "Ada",', '    "tags": [', '      {"x": 1},', '      {"x": 2}', '    ]', '  },', '  "id": 2', '}', '[not, json]', 'after']);
  await expect(whole).toBeFocused();
  expect(await axeFinds(page, '[aria-label=Console]')).toEqual([]);
  await page.keyboard.press('ArrowDown');
  await expect(window.console.getByRole('button', { name: '"who"' })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(window.console).toContainText('"who": {\u2026}, 2 keys');
  await expect(window.console.getByRole('button', { name: '"who"' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(window.console).toContainText('"tags": [\u2026] 2 items');
  await page.screenshot({ path: 'test-results/json.png' });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('log')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('  "who": {\n    "name": "Ada",\n    "tags": [\u2026] 2 items\n  },\n  "id": 2\n}\n[not, json]\nafter');
  await page.keyboard.press('Tab');
  await expect(window.console.getByRole('button', { name: '"tags"' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(whole).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(rows).toHaveCount(4);
});

test('filters the whole output, counts, and leads back to a line in it', async ({ window, page }) => {
  await window.runSource('import sys\nfor i in range(50_000):\n    print("ERROR" if i % 1000 == 7 else "INFO", "line", i, file=sys.stderr if i % 1000 == 7 else sys.stdout)');
  await expect(window.console).toContainText('line 49999', { timeout: 30_000 });
  await expect(window.console).toContainText('Finished');
  await window.command('Filter output');
  const count = window.console.getByRole('status', { name: 'Filtered lines' });
  await expect(count).toHaveText('All 50,000 lines');
  await window.console.getByRole('combobox', { name: 'Level' }).click();
  await page.getByRole('option', { name: 'Errors' }).click();
  await expect(count).toHaveText('50 lines');
  await expect(window.console.getByText('ERROR line 7', { exact: true })).toBeVisible();
  await expect(window.console).not.toContainText('INFO');
  await window.console.getByRole('searchbox', { name: 'Filter output' }).fill('line 3\\d{3}7$');
  await window.console.getByRole('button', { name: 'Regular expression' }).click();
  await expect(count).toHaveText('10 lines');
  await window.console.getByRole('combobox', { name: 'Lines around' }).click();
  await page.getByRole('option', { name: '1 line around' }).click();
  await expect(window.console.getByText('INFO line 30006', { exact: true })).toBeVisible();
  await expect(window.console).toContainText('\u22ef');
  await page.screenshot({ path: 'test-results/filter.png' });
  expect(await axeFinds(page, '[aria-label=Console]')).toEqual([]);
  const download = page.waitForEvent('download');
  await window.console.getByRole('button', { name: 'Save as a file' }).click();
  await page.getByRole('radio', { name: /CSV/ }).check();
  expect(await axeFinds(page, '[role=dialog]')).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  const table = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n');
  expect(table).toHaveLength(11);
  expect(table[1]).toMatch(/^30008,\d{4}-[^,]+Z,stderr,,,ERROR line 30007$/);
  await window.console.getByRole('button', { name: 'Show this place in the whole output' }).click();
  await expect(window.console.getByText('ERROR line 30007', { exact: true })).toBeInViewport();
  await expect(window.console.getByText('INFO line 30020', { exact: true })).toBeVisible();
  await expect(window.console.getByRole('search', { name: 'Filter' })).toBeHidden();
});

test('what is coloured in part is found as one text; a regular expression that never ends is refused, and the window goes on', async ({ window, page }) => {
  await window.runSource("print('a' * 40 + '!')\nprint('\\x1b[36mkey\\x1b[0m=\\x1b[35mvalue\\x1b[0m')\nprint('2026-11-22 10:02:11 [warning  ] slow')");
  await expect(window.console).toContainText('slow');
  await window.console.getByRole('button', { name: 'Search the output' }).click();
  const search = window.console.getByRole('searchbox', { name: 'Search output' });
  const matches = window.console.getByRole('status', { name: 'Matches' });
  const marks = (): Promise<number> => page.evaluate(() => ['console-match', 'console-current'].reduce((sum, name) => sum + (CSS.highlights.get(name)?.size ?? 0), 0));
  await search.fill('y=val');
  await expect(matches).toHaveText('1 of 1');
  await expect.poll(marks).toBe(1);
  await window.console.getByRole('button', { name: 'Regular expression' }).click();
  await search.fill('(a+)+$');
  await expect(matches).toHaveText('The regular expression takes too long on line 1.');
  await search.fill('^.*$');
  await expect(matches).toHaveText('1 of 3');
  await expect.poll(marks).toBe(3);
  await window.console.getByRole('button', { name: 'Filter the output' }).click();
  const filter = window.console.getByRole('search', { name: 'Filter' });
  await filter.getByRole('button', { name: 'Regular expression' }).click();
  await filter.getByRole('searchbox', { name: 'Filter output' }).fill('(a+)+$');
  await expect(filter).toContainText('The regular expression takes too long on line 1.');
  await filter.getByRole('searchbox', { name: 'Filter output' }).fill('nothing at all');
  await expect(window.console).toContainText('No line meets this filter.');
});
