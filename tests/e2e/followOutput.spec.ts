import { createRouterClient } from '@orpc/server';
import { newClientId, newRunId, type OutputRecord } from '../../contract/index.ts';
import { createCore } from '../../main/core/core.ts';
import { axeFinds, expect, test } from './fixtures.ts';

const recordLines = 500;

function recordsFrom(seq: number, count: number): OutputRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const text = Array.from({ length: recordLines }, (__, line) => `line ${(seq + i - 1) * recordLines + line} ${'x'.repeat(90)}\n`).join('');
    return { seq: seq + i, timeMs: Date.now(), body: { kind: 'text', stream: 'stdout', text } };
  });
}

test('a flood of another process is followed by its newest lines; when it stops all lines are there, each once', async ({ home, window, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  try {
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: 'flood', source: 'flood = 1', pythonVersion: '3.14.2' });
    await client.output.append({ runId: id, records: recordsFrom(1, 2) });
    await page.getByRole('button', { name: 'History' }).click();
    await window.history.getByText('flood').first().click();
    await expect(window.console).toContainText(`line ${2 * recordLines - 1} `);
    let seq = 3;
    for (; seq < 400; seq += 4) await client.output.append({ runId: id, records: recordsFrom(seq, 4) });
    const text = 'a figure, and no line feed at the end';
    await client.output.append({ runId: id, records: [{ seq, timeMs: Date.now(), body: { kind: 'display', bundle: { 'text/plain': text } } }] });
    await client.output.append({ runId: id, records: recordsFrom(seq + 1, 4).map((record) => (record.seq === seq + 4 && record.body.kind === 'text' ? { ...record, body: { ...record.body, text: 'the end' } } : record)) });
    await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    await expect(window.console).toContainText('the end', { timeout: 15_000 });
    await expect(window.console).toContainText('Finished');
    await window.console.getByRole('button', { name: 'Go to a line or time' }).click();
    for (const line of [1, 60_001, 123_456]) {
      await window.console.getByRole('textbox', { name: 'Line or time' }).fill(String(line));
      await page.keyboard.press('Enter');
      await expect(window.console.getByText(`line ${line - 1} x`)).toBeInViewport();
    }
    await page.getByRole('log').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('ControlOrMeta+c');
    const lines = (): Promise<string[]> => page.evaluate(async () => (await navigator.clipboard.readText()).split('\n'));
    await expect.poll(async () => (await lines()).at(-1)?.trim(), { timeout: 30_000 }).toBe('the end');
    const copied = (await lines()).filter((line) => line.startsWith('line '));
    const numbers = copied.map((line) => Number(line.split(' ')[1]));
    const before = (seq - 1) * recordLines;
    const expected = [...Array.from({ length: before }, (_, i) => i), ...Array.from({ length: 3 * recordLines }, (_, i) => before + recordLines + i)];
    expect(numbers.length).toBe(expected.length);
    expect(numbers.every((number, i) => number === expected[i])).toBe(true);
  } finally {
    await core.dispose();
  }
});

test('the attempts of a run are merged by time, each line marked, or one stands apart', async ({ home, window, page }) => {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  try {
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: 'retried', source: 'retried = 1', pythonVersion: '3.14.2' });
    const record = (seq: number, attempt: number): OutputRecord => ({ seq, timeMs: Date.now() + seq, source: { container: 'main', attempt }, body: { kind: 'text', stream: 'stdout', text: `line ${seq} of attempt ${attempt}\n` } });
    await client.output.append({ runId: id, records: [record(1, 1), record(2, 1)] });
    await page.getByRole('button', { name: 'History' }).click();
    await window.history.getByText('retried').first().click();
    await expect(window.console).toContainText('line 2 of attempt 1');
    const attempts = window.console.getByRole('group', { name: 'Attempts' });
    await expect(attempts).toHaveCount(0);
    await client.output.append({ runId: id, records: [record(3, 2), record(4, 2)] });
    await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    const rows = window.console.locator('.log-row');
    await expect(rows).toHaveText(['line 1 of attempt 1', 'line 2 of attempt 1', 'line 3 of attempt 2', 'line 4 of attempt 2']);
    await expect(rows.last()).toHaveAttribute('data-time', /^#2/);
    await expect(attempts.getByRole('button', { name: 'All, by time', pressed: true })).toBeVisible();
    await attempts.getByRole('button', { name: 'Attempt 1' }).click();
    await expect(rows).toHaveText(['line 1 of attempt 1', 'line 2 of attempt 1']);
    await expect(attempts.getByRole('button', { name: 'Attempt 1', pressed: true })).toBeFocused();
    await page.screenshot({ path: 'test-results/attempts.png' });
    expect(await axeFinds(page, '[aria-label=Console]')).toEqual([]);
    await attempts.getByRole('button', { name: 'All, by time' }).click();
    await expect(rows).toHaveCount(4);
    await expect(window.console.getByRole('search', { name: 'Filter' })).toHaveCount(0);
  } finally {
    await core.dispose();
  }
});

test('a filter goes on while output comes, at the place where it is read, and shows the last line when the run ends', async ({ home, window, page }) => {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  try {
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: 'growing', source: 'growing = 1', pythonVersion: '3.14.2' });
    await client.output.append({ runId: id, records: recordsFrom(1, 2) });
    await page.getByRole('button', { name: 'History' }).click();
    await window.history.getByText('growing').first().click();
    await expect(window.console).toContainText('line 999 ');
    await window.command('Filter output');
    await window.console.getByRole('searchbox', { name: 'Filter output' }).fill('5 x');
    const count = window.console.getByRole('status', { name: 'Filtered lines' });
    await expect(count).toHaveText('100 lines');
    const log = page.getByRole('log');
    await log.hover();
    await page.mouse.wheel(0, 300);
    await expect.poll(() => log.evaluate((element) => element.scrollTop)).toBe(300);
    await client.output.append({ runId: id, records: recordsFrom(3, 2) });
    await expect(count).toHaveText('200 lines');
    expect(await log.evaluate((element) => element.scrollTop)).toBe(300);
    await client.output.append({ runId: id, records: [{ seq: 5, timeMs: Date.now(), body: { kind: 'text', stream: 'stdout', text: 'unfinished 5 x' } }] });
    await client.output.append({ runId: id, records: [{ seq: 6, timeMs: Date.now(), body: { kind: 'text', stream: 'stdout', text: ', and its end' } }] });
    await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    await expect(count).toHaveText('201 lines');
    await log.focus();
    await page.keyboard.press('End');
    await expect(window.console.locator('.log-row').last()).toHaveText('unfinished 5 x, and its end');
    await expect(window.console.getByText('line 1995 ')).toHaveCount(1);
  } finally {
    await core.dispose();
  }
});
