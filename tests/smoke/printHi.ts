import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import Database from 'better-sqlite3';
import { expect, vi } from 'vitest';
import { newClientId } from '../../contract/ids.ts';
import { createCore } from '../../main/core/core.ts';
import type { Page } from './devtools.ts';

const patience = { timeout: 60_000, interval: 100 };
const source = 'print("hi")';

export async function waitForText(page: Page, role: string, name: string, text: string | RegExp): Promise<void> {
  await vi.waitFor(async () => expect(await page.text(role, name)).toMatch(text), patience);
}

/** Runs `print("hi")` through the window, as a person does, and finds its output and its end on the screen; then waits until it is stored. */
export async function runPrintHi(page: Page, home: string): Promise<void> {
  await waitForText(page, 'status', 'Kernel', /Python 3\.14 ready/);
  if (!(await page.has('textbox', 'Editor'))) await page.click('button', 'New scratch tab');
  await vi.waitFor(() => page.focus('textbox', 'Editor'), patience);
  await page.insert(source);
  await vi.waitFor(() => page.click('button', 'Run'), patience);
  await waitForText(page, 'region', 'Console', /^hi$/m);
  await waitForText(page, 'region', 'Console', /Finished/);
  // The window shows the end a moment before it is stored; an application that is ended in between leaves an interrupted run, and rightly so.
  await vi.waitFor(() => expect(statusesIn(home)).toEqual(['succeeded']), patience);
}

function statusesIn(home: string): unknown[] {
  const database = new Database(join(home, 'pyexekube.sqlite'), { readonly: true });
  try {
    return database.prepare('SELECT status FROM runs').pluck().all();
  } finally {
    database.close();
  }
}

/** Finds that run in the database that the application left behind: its row by plain SQL, its output as the core reads it. */
export async function expectHiInDatabase(home: string): Promise<void> {
  const database = new Database(join(home, 'pyexekube.sqlite'), { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.prepare('SELECT status, exit_code, source FROM runs JOIN run_details USING (key)').all()).toEqual([
    { status: 'succeeded', exit_code: 0, source },
  ]);
  database.close();

  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  try {
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const [run] = (await client.runs.list({})).runs;
    if (run === undefined) throw new Error('There is no run.');
    const { records, finished } = await client.output.read({ runId: run.id, after: 0 });
    expect(finished).toBe(true);
    const texts = records.map(({ body }) => (body.kind === 'text' ? body.text : ''));
    expect(texts.join('')).toContain('hi\n');
  } finally {
    await core.dispose();
  }
}
