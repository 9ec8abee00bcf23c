import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import Database from 'better-sqlite3';
import { expect, test as base, type Locator, type Page } from '@playwright/test';
import { makeHome, removeHome, startServer, type ServerProcess } from '../support/serverProcess.ts';

/** The window as a person meets it: everything is found by role and accessible name. */
export class Window {
  readonly page: Page;
  readonly run: Locator;
  readonly stop: Locator;
  readonly restart: Locator;
  readonly editor: Locator;
  readonly console: Locator;
  readonly history: Locator;
  readonly kernel: Locator;

  constructor(page: Page) {
    this.page = page;
    this.run = page.getByRole('button', { name: 'Run', exact: true });
    this.stop = page.getByRole('button', { name: 'Stop', exact: true });
    this.restart = page.getByRole('button', { name: 'Restart kernel' });
    this.editor = page.getByRole('textbox', { name: 'Editor' });
    this.console = page.getByRole('region', { name: 'Console' });
    this.history = page.getByRole('region', { name: 'History' });
    this.kernel = page.getByRole('status', { name: 'Kernel' });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await expect(this.run).toBeVisible();
  }

  async pythonReady(): Promise<void> {
    await expect(this.kernel).toContainText(/Python 3\.14 ready/, { timeout: 60_000 });
  }

  /** A new scratch tab by the command palette, so that it works whatever has the focus. */
  async newTab(): Promise<void> {
    const tabs = this.page.getByRole('tablist', { name: 'Editors' }).getByRole('tab');
    const before = await tabs.count();
    await this.command('New scratch tab');
    await expect(tabs).toHaveCount(before + 1);
    await expect(this.editor).toBeFocused();
  }

  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const palette = this.page.getByRole('dialog', { name: 'Command palette' });
    await palette.getByRole('combobox').fill(title);
    await palette.getByRole('option', { name: title }).first().click();
  }

  /** Replaces the text of the active tab by a paste, so that the editor neither indents nor closes brackets by itself. */
  async write(source: string): Promise<void> {
    await this.editor.focus();
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.editor.evaluate((element, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, source);
  }

  /** Waits until nothing runs in front any more: the last line of a run is on the screen a moment before its tab is free for the next. */
  async ended(): Promise<void> {
    await expect(this.stop).toBeDisabled();
  }

  async runSource(source: string): Promise<void> {
    await this.write(source);
    await this.ended();
    await this.run.click();
  }
}

/**
 * A browser in a person's hands loads a page again by itself that a changing network broke off; one under automation does not. Pods that
 * come and go on this machine change its network.
 */
async function overNetworkChanges<T>(navigate: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await navigate();
    } catch (error) {
      if (tries === 5 || !(error instanceof Error) || !error.message.includes('net::ERR_NETWORK_CHANGED')) throw error;
    }
  }
}

/** Waits until what a query for one value gives, as text, is as wanted: the window shows a change a moment before it is on disk. */
async function onDisk(home: string, query: string, wanted: RegExp, ...parameters: string[]): Promise<void> {
  const database = new Database(join(home, 'pyexekube.sqlite'), { readonly: true });
  try {
    const statement = database.prepare<string[]>(query).pluck();
    await expect.poll(() => String(statement.get(...parameters))).toMatch(wanted);
  } finally {
    database.close();
  }
}

/** Waits until all runs have ended on disk too: the window shows an end while the last of its output is still on the way. */
export async function runsAreStored(home: string): Promise<void> {
  await onDisk(home, "SELECT count(*) FROM runs WHERE status = 'running'", /^0$/);
}

/** Waits until a setting is on disk; its value is JSON. The layout is kept half a second after its last change. */
export async function settingIsStored(home: string, name: string, wanted: RegExp): Promise<void> {
  await onDisk(home, 'SELECT value FROM settings WHERE name = ?', wanted, name);
}

/** Waits until the text of an open tab is on disk. */
export async function textIsStored(home: string, text: string): Promise<void> {
  await onDisk(home, 'SELECT count(*) FROM tabs WHERE closed_order IS NULL AND instr(text, ?) > 0', /^1$/, text);
}

/** Waits until nothing fades in or slides any more: what is half there has other colours, and moves. */
async function stillness(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (;;) {
      const moving = document.getAnimations().filter(({ playState, effect }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity);
      if (moving.length === 0) return;
      await Promise.allSettled(moving.map((animation) => animation.finished));
    }
  });
}

/** What axe finds in a page that stands still, or in a part of it: each rule that is broken, with the elements that break it. */
export async function axeFinds(page: Page, part: string | null = null, ...without: string[]): Promise<string[]> {
  await stillness(page);
  const axe = new AxeBuilder({ page });
  if (part !== null) axe.include(part);
  for (const one of without) axe.exclude(one);
  return (await axe.analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

export type ThemeName = 'light' | 'dark' | 'high contrast';

/** Makes the system prefer a theme, and waits until the window has its colours. */
export async function preferTheme(page: Page, theme: ThemeName): Promise<void> {
  await page.emulateMedia({ colorScheme: theme === 'dark' ? 'dark' : 'light', contrast: theme === 'high contrast' ? 'more' : 'no-preference' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme === 'high contrast' ? 'contrast-light' : theme);
}

export interface Fixtures {
  home: string;
  server: ServerProcess;
  window: Window;
}

/** Each test has a data folder, a server host and a browser context of its own. */
export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from this pattern
  home: async ({}, use) => {
    const home = await makeHome();
    await use(home);
    await removeHome(home);
  },
  page: async ({ page }, use) => {
    const goto = page.goto.bind(page);
    const reload = page.reload.bind(page);
    page.goto = (...args) => overNetworkChanges(() => goto(...args));
    page.reload = (...args) => overNetworkChanges(() => reload(...args));
    await use(page);
  },
  server: async ({ home }, use) => {
    const server = await startServer(home);
    await use(server);
    await server.stop();
  },
  window: async ({ page, server }, use) => {
    const failures: string[] = [];
    // Once a test has killed the server, what the window still wanted to load from it cannot come.
    const serverLives = (): boolean => server.process.exitCode === null && server.process.signalCode === null;
    page.on('pageerror', (error) => {
      if (serverLives()) failures.push(error.message);
    });
    const window = new Window(page);
    await window.open(server.url);
    await use(window);
    expect(failures, 'no uncaught error in the window').toEqual([]);
  },
});

export { expect };
