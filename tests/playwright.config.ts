import { defineConfig } from '@playwright/test';
import { chromiumArguments, findChromium } from './support/chromium.ts';

const executablePath = findChromium();

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  fullyParallel: false,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      args: chromiumArguments(),
      ...(executablePath === null ? {} : { executablePath }),
    },
    trace: 'off',
  },
  projects: [
    { name: 'e2e', testMatch: 'e2e/**/*.spec.ts' },
    // One after the other: they share a cluster with one node.
    { name: 'cluster-e2e', testMatch: 'cluster-e2e/**/*.spec.ts', workers: 1, timeout: 120_000, expect: { timeout: 30_000 } },
    { name: 'security', testMatch: 'security/**/*.spec.ts' },
  ],
});
