import { mkdir } from 'node:fs/promises';
import { chromium, expect, type Browser } from '@playwright/test';
import { Window } from '../e2e/fixtures.ts';
import { chromiumArguments, findChromium } from './chromium.ts';
import { makeHome, removeHome, startServer } from './serverProcess.ts';

const source = `import statistics as st
from collections import Counter

data = [2, 3, 5, 8, 13, 21, 34]
print("mean", st.mean(data), "median", st.median(data))

words = "the quick brown fox jumps over the lazy dog the end".split()
for word, n in Counter(words).most_common(3):
    print(f"\\x1b[36m{word:<8}\\x1b[0m {'█' * n * 4} {n}")


class Bars:
    """Draws a list of numbers as SVG, without any library."""

    def __init__(self, values):
        self.values = values

    def _repr_svg_(self):
        top = max(self.values)
        bars = "".join(
            f'<rect x="{i * 34 + 6}" y="{124 - v / top * 110}" width="26" height="{v / top * 110}" rx="3" fill="#3b82f6"/>'
            for i, v in enumerate(self.values)
        )
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="250" height="130">{bars}</svg>'


Bars(data)
`;

/** Takes the pictures of README and docs: a real window over the server host, with a real run in it. */
async function takePictures(): Promise<void> {
  const executablePath = findChromium();
  const browser = await chromium.launch({ args: chromiumArguments(), ...(executablePath === null ? {} : { executablePath }) });
  try {
    await mkdir('docs/images', { recursive: true });
    await takePicture(browser, 'light', 'docs/images/window.png');
    await takePicture(browser, 'dark', 'docs/images/window-dark.png');
  } finally {
    await browser.close();
  }
}

async function takePicture(browser: Browser, colorScheme: 'light' | 'dark', path: string): Promise<void> {
  const home = await makeHome();
  const server = await startServer(home);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5, colorScheme });
    const window = new Window(page);
    await window.open(server.url);
    await window.newTab();
    await window.pythonReady();
    await window.runSource(source);
    await expect(window.console.getByRole('img').first()).toBeVisible();
    await expect(page.getByRole('region', { name: 'Variables' })).toContainText('data');
    await window.editor.focus();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.screenshot({ path });
    await page.close();
  } finally {
    await server.stop();
    await removeHome(home);
  }
}

await takePictures();
