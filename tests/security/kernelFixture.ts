import { test as base, type Page } from '@playwright/test';
import { resolve } from 'node:path';
import { build } from 'vite';
import { makeHome, removeHome, startServer, type ServerProcess } from '../support/serverProcess.ts';
import type { KernelPageApi, RunReport, RunRequest } from './kernelPage.ts';

/** Bundles the page's script once for a file of tests. */
async function bundlePage(): Promise<string> {
  const result = await build({
    root: resolve('.'),
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      target: 'chrome108',
      lib: { entry: resolve('tests/security/kernelPage.ts'), formats: ['iife'], name: 'kernelPage', fileName: 'kernelPage' },
    },
  });
  const outputs = Array.isArray(result) ? result : 'output' in result ? [result] : [];
  const chunk = outputs[0]?.output[0];
  if (chunk === undefined) throw new Error("The test page's script could not be built.");
  return chunk.code;
}

/** The window's side of Python in a page of its own, within the real server host's origin: its frame and assets, its headers. */
export class KernelPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async run(request: RunRequest | string): Promise<RunReport> {
    return this.page.evaluate(
      (asked) => (globalThis as unknown as { kernelTest: KernelPageApi }).kernelTest.run(asked),
      typeof request === 'string' ? { source: request } : request,
    );
  }

  async call<Result>(body: (api: KernelPageApi) => Result | Promise<Result>): Promise<Result> {
    return this.page.evaluate<Result>(`(${body.toString()})(globalThis.kernelTest)`);
  }
}

/** Opens the test page at the host's origin; the host itself never sees the request for it. */
export async function openKernelPage(page: Page, origin: string, script: string): Promise<KernelPage> {
  await page.route(`${origin}/kernel-test.html`, (route) =>
    route.fulfill({
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      },
      body: `<!doctype html><title>kernel</title><link rel="icon" href="data:,"><body><script>${script.replaceAll('</script', '<\\/script')}</script>`,
    }),
  );
  await page.goto(`${origin}/kernel-test.html`);
  return new KernelPage(page);
}

export const test = base.extend<{ kernel: KernelPage }, { server: ServerProcess; script: string }>({
  server: [
    async ({}, use) => {
      const home = await makeHome();
      const server = await startServer(home);
      await use(server);
      await server.stop();
      await removeHome(home);
    },
    { scope: 'worker' },
  ],
  script: [async ({}, use) => use(await bundlePage()), { scope: 'worker' }],
  kernel: async ({ page, server, script }, use) => use(await openKernelPage(page, server.origin, script)),
});
export { expect } from '@playwright/test';
