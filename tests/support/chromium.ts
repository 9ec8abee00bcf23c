import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];
const fixedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Path of a Chromium: `PYEXEKUBE_TEST_CHROMIUM`, one on the PATH, one in its usual place, or Playwright's own; null if none. */
export function findChromium(): string | null {
  const chosen = process.env['PYEXEKUBE_TEST_CHROMIUM'];
  if (chosen !== undefined) return existsSync(chosen) ? chosen : null;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name + suffix);
      if (existsSync(path)) return path;
    }
  }
  const fixed = fixedPlaces.find((path) => existsSync(path));
  if (fixed !== undefined) return fixed;
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}

/** Arguments that keep a test browser quiet; root needs --no-sandbox to start at all. */
export function chromiumArguments(): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    ...(isRoot ? ['--no-sandbox'] : []),
  ];
}
