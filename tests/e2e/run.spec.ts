import { expect, runsAreStored, test } from './fixtures.ts';

test.describe('Run', () => {
  test.beforeEach(async ({ window }) => {
    await window.newTab();
    await window.pythonReady();
  });

  test('runs the file, shows the output, and finds it in the history after a restart', async ({ home, window, page }) => {
    await window.write('print("hi from", 6 * 7)');
    await page.keyboard.press('ControlOrMeta+Enter');
    await expect(window.console).toContainText('hi from 42');
    await expect(page.getByRole('tablist', { name: 'Runs' }).getByRole('tab').first()).toContainText(/ms|s/);
    await runsAreStored(home);
    await page.reload();
    await page.getByRole('button', { name: 'History' }).click();
    await window.history.getByText('print("hi from", 6 * 7)').first().click();
    await expect(window.console).toContainText('hi from 42');
  });

  test('keeps variables between runs of a tab; Restart clears them; another tab has its own', async ({ window }) => {
    await window.runSource('kept = 41');
    await expect(window.stop).toBeDisabled();
    await window.runSource('print("sum", kept + 1)');
    await expect(window.console).toContainText('sum 42');
    await window.restart.click();
    await window.pythonReady();
    await window.runSource('kept');
    await expect(window.console).toContainText("NameError: name 'kept' is not defined");
    await window.runSource('kept = 1');
    await window.newTab();
    await window.runSource('print("kept" in globals())');
    await expect(window.console).toContainText('False');
  });

  test('Run fresh uses a clean interpreter and leaves the variables of the tab alone', async ({ window }) => {
    await window.runSource('kept = 41\nprint("set")');
    await expect(window.console).toContainText('set');
    await window.ended();
    await window.write('import sys\nprint("fresh", "kept" in globals())\nkept = 5');
    await window.command('Run fresh');
    await expect(window.console).toContainText('fresh False');
    await window.runSource('print("still", kept)');
    await expect(window.console).toContainText('still 41');
  });

  test('Shift+Enter runs the selection, or the cell', async ({ window, page }) => {
    await window.write('# %%\nprint("first cell")\n# %%\nprint("second cell")\n');
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.press('Shift+Enter');
    await expect(window.console).toContainText('first cell');
    await window.ended();
    await expect(window.console).not.toContainText('second cell');
    await window.write('print("all")\nprint("part")');
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.press('Shift+Home');
    await page.keyboard.press('Shift+Enter');
    await expect(window.console).toContainText('part');
    await window.ended();
    await expect(window.console).not.toContainText('all');
  });

  test('shows stdout and stderr while they are printed, in order, with colours', async ({ window }) => {
    await window.runSource(
      'import sys, time\nprint("one")\nprint("two", file=sys.stderr)\nprint("\\x1b[31mthree\\x1b[0m")\nwhile True: time.sleep(0.05)',
    );
    await expect(window.console).toContainText(/one\s*two\s*three/);
    await expect(window.stop).toBeEnabled();
    const colours = await window.console.evaluate((region) => {
      const colour = (text: string) => {
        const walker = document.createTreeWalker(region, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          if (node.textContent?.trim() === text && node.parentElement !== null) return getComputedStyle(node.parentElement).color;
        }
        return null;
      };
      return [colour('one'), colour('two'), colour('three')];
    });
    expect(colours).not.toContain(null);
    expect(colours[1], 'stderr differs from stdout').not.toBe(colours[0]);
    expect(colours[2], 'the colour that was asked for').not.toBe(colours[0]);
    await window.stop.click();
    await expect(window.stop).toBeDisabled();
  });

  test('shows the value of the last expression', async ({ window }) => {
    await window.runSource('x = {"a": [1, 2]}\nx');
    await expect(window.console).toContainText("{'a': [1, 2]}");
    await window.runSource('None');
    await expect(window.console).toContainText('Finished');
    await expect(window.console).not.toContainText("{'a'");
    await expect(window.console.getByText('None', { exact: true })).toHaveCount(0);
  });

  test('a traceback shows the frames of the person alone, and its lines lead into the editor', async ({ window, page }) => {
    await window.runSource('import json\n\ndef load(text):\n    return json.loads(text)\n\nload("{nope")\n');
    await expect(window.console).toContainText('JSONDecodeError');
    await expect(window.console).not.toContainText('json/decoder.py');
    await expect(window.console).not.toContainText('_pyodide');
    await window.console.getByRole('link', { name: /line 4/ }).click();
    await expect(window.editor).toBeFocused();
    await expect(page.getByText(/Ln 4\b/)).toBeVisible();
  });

  test('a syntax error points at its line', async ({ window }) => {
    await window.runSource('x = 1\nif x\n    print(x)\n');
    await expect(window.console).toContainText("SyntaxError: expected ':'");
    await expect(window.console).toContainText('line 2');
  });

  test('input() asks inside the console, getpass hides, and the end of the file works', async ({ window, page }) => {
    await window.runSource('name = input("Your name? ")\nprint("Hello,", name)');
    await window.console.getByRole('textbox', { name: /Your name\?/ }).fill('Ada');
    await page.keyboard.press('Enter');
    await expect(window.console).toContainText('Hello, Ada');

    await window.runSource('import getpass\nsecret = getpass.getpass("Token: ")\nprint("length", len(secret))');
    const secret = window.console.getByLabel(/Token:/);
    await expect(secret).toHaveAttribute('type', 'password');
    await secret.fill('hunter22');
    await page.keyboard.press('Enter');
    await expect(window.console).toContainText('length 8');
    await expect(window.console).not.toContainText('hunter22');

    await window.runSource('try:\n    input("more? ")\nexcept EOFError:\n    print("end reached")');
    await window.console.getByRole('textbox', { name: /more\?/ }).press('Control+d');
    await expect(window.console).toContainText('end reached');
  });

  test('sys.exit, top-level await, sleep and threads are as a Python user expects', async ({ window }) => {
    await window.runSource('import sys\nprint("before")\nsys.exit(3)\nprint("never printed")');
    await expect(window.console).toContainText('before');
    await expect(window.console).toContainText(/exit(ed with)?( code)? 3/i);
    await expect(window.console).not.toContainText('never printed');

    await window.runSource('import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return "awaited"\nprint(await f())');
    await expect(window.console).toContainText('awaited');

    await window.runSource('import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return "ran"\nprint(asyncio.run(f()))');
    await expect(window.console).toContainText('ran');

    await window.runSource('import time\nt = time.perf_counter()\ntime.sleep(0.3)\nprint("slept", time.perf_counter() - t >= 0.3)');
    await expect(window.console).toContainText('slept True');

    await window.runSource('import threading\nthreading.Thread(target=print).start()');
    await expect(window.console).toContainText(/thread/i);
    await expect(window.console).toContainText('RuntimeError');
  });

  test('a module that is not there is named, with what to do', async ({ window }) => {
    await window.runSource('import numpy');
    await expect(window.console).toContainText("No module named 'numpy'");
    await expect(window.console).toContainText(/offline|bundled/i);
  });
});

test.describe('Stop', () => {
  test.beforeEach(async ({ window }) => {
    await window.newTab();
    await window.pythonReady();
  });

  const loops: [string, string][] = [
    ['a plain loop', 'print("begun")\nwhile True: pass'],
    ['a sleep', 'import time\nprint("begun")\ntime.sleep(600)'],
    ['a loop that swallows KeyboardInterrupt', 'while True:\n    try:\n        print("begun")\n        while True: pass\n    except BaseException: pass'],
    ['an await that never ends', 'import asyncio\nprint("begun")\nawait asyncio.Event().wait()'],
    ['a prompt', 'print("begun")\ninput("waiting ")'],
  ];
  for (const [name, source] of loops) {
    test(`ends ${name}; the output is kept and the next run works`, async ({ window }) => {
      await window.runSource(source);
      await expect(window.console).toContainText('begun');
      await window.stop.click();
      await expect(window.stop).toBeDisabled({ timeout: 5000 });
      await expect(window.console).toContainText('begun');
      await expect(window.console).toContainText(/stopped/i);
      await window.runSource('print("next run")');
      await expect(window.console).toContainText('next run');
    });
  }

  test('an allocation loop ends by itself with a clear error and the window goes on', async ({ window }) => {
    await window.runSource('data = []\nwhile True: data.append(bytearray(50_000_000))');
    await expect(window.console).toContainText(/memory/i, { timeout: 45_000 });
    await window.runSource('print("alive")');
    await expect(window.console).toContainText('alive', { timeout: 30_000 });
  });

  test('a print flood leaves the window responsive, and stops', async ({ window, page }) => {
    await window.runSource('i = 0\nwhile True:\n    print("line", i, "x" * 60)\n    i += 1');
    await expect(window.console).toContainText('line');
    await page.getByRole('button', { name: 'History' }).click();
    await expect(window.history).toBeVisible();
    await window.stop.click();
    await expect(window.stop).toBeDisabled({ timeout: 10_000 });
    await window.runSource('print("after the flood")');
    await expect(window.console).toContainText('after the flood');
  });
});
