import { createRouterClient } from '@orpc/server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import { createCore, type Core } from '../../main/core/core.ts';

let home: string;
let core: Core;
let client: ReturnType<typeof clientOf>;

function clientOf(one: Core) {
  return createRouterClient(one.router, { context: { clientId: newClientId() } });
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-compare-'));
  core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  client = clientOf(core);
});
afterAll(async () => {
  await core.dispose();
  rmSync(home, { recursive: true, force: true });
});

async function addRun(source: string, output: string, more: { argv?: string[]; error?: string } = {}): Promise<RunId> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source, pythonVersion: '3.14.2', argv: more.argv ?? [] });
  for (let seq = 1, at = 0; at < output.length; seq++, at += 200_000) {
    await client.output.append({ runId: id, records: [{ seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text: output.slice(at, at + 200_000) } }] });
  }
  const { error = null } = more;
  await client.runs.finish({ id, status: error === null ? 'succeeded' : 'failed', exitCode: error === null ? 0 : 1, durationMs: 5, peakMemoryBytes: null, error });
  return id;
}

describe('comparing two runs', () => {
  it('tells what differs before what does not', async () => {
    const left = await addRun('a = 1\n', 'one\ntwo\n10%\r50%\r100%\nfour\n', { argv: ['-v'] });
    const right = await addRun('a = 2\n', 'one\ntwo and a half\n100%\nfour\nfive', { error: 'ValueError: no' });
    const comparison = await client.history.compare({ left, right });
    expect(comparison).toMatchObject({ left: { source: 'a = 1\n' }, right: { source: 'a = 2\n' }, files: [], filesKnown: false });
    const differing = comparison.facts.filter((fact) => !fact.same).map(({ name, left: one, right: other }) => [name, one, other]);
    expect(differing).toEqual(expect.arrayContaining([['Status', 'succeeded', 'failed'], ['Exit code', '0', '1'], ['Error', '—', 'ValueError: no'], ['Arguments', '["-v"]', '—']]));
    expect(comparison.facts.slice(differing.length).every((fact) => fact.same)).toBe(true);
    expect(comparison.facts.filter((fact) => fact.same).map(({ name }) => name)).toEqual(expect.arrayContaining(['Engine', 'Python', 'Title']));
    expect(comparison.output).toEqual({
      leftLines: 4, rightLines: 5, count: 2, truncated: false,
      differences: [
        { leftLine: 2, left: ['two'], leftMore: 0, rightLine: 2, right: ['two and a half'], rightMore: 0 },
        { leftLine: 5, left: [], leftMore: 0, rightLine: 5, right: ['five'], rightMore: 0 },
      ],
    });
    expect((await client.history.compare({ left, right: left })).output.count).toBe(0);
    await expect(client.history.compare({ left, right: newRunId() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells a large difference by its beginning', async () => {
    const left = await addRun('1', Array.from({ length: 5000 }, (_, i) => `left ${i}\n`).join(''));
    const right = await addRun('1', Array.from({ length: 3000 }, (_, i) => `right ${i}${'x'.repeat(3000)}\n`).join(''));
    const { output } = await client.history.compare({ left, right });
    expect(output).toMatchObject({ count: 1, leftLines: 5000, rightLines: 3000, differences: [{ leftMore: 4800, rightMore: 2800 }] });
    expect(output.differences[0]?.right[0]).toHaveLength(2000);
  });
  it('tells each package that differs, and how many do not', async () => {
    const [left, right, unknown] = [await addRun('1', ''), await addRun('1', ''), await addRun('1', '')];
    const runs = [
      { runId: left, packages: [{ name: 'numpy', version: '2.1.0' }, { name: 'same', version: '1' }, { name: 'mine', version: '1', source: 'git+https://example.org/mine@abc' }] },
      { runId: right, packages: [{ name: 'numpy', version: '2.0.0' }, { name: 'same', version: '1' }, { name: 'mine', version: '1' }, { name: 'extra', version: '3' }] },
    ];
    for (const { runId, packages } of runs) await client.inputs.keep({ runId, folder: null, files: [], environment: { runtime: 'Pyodide 314.0.7', packages } });
    const told = async (one: RunId, other: RunId): Promise<string[][]> =>
      (await client.history.compare({ left: one, right: other })).facts.filter(({ name }) => /Package/.test(name)).map((fact) => [fact.name, fact.left, fact.right, fact.same ? 'same' : 'differs']);
    expect(await told(left, right)).toEqual([
      ['Package extra', 'not there', '3', 'differs'],
      ['Package mine', '1 from git+https://example.org/mine@abc', '1', 'differs'],
      ['Package numpy', '2.1.0', '2.0.0', 'differs'],
      ['Packages', '1 the same', '1 the same', 'same'],
    ]);
    expect(await told(left, unknown)).toEqual([['Packages', '3, not known of the other', '—', 'differs']]);
    expect(await told(unknown, unknown)).toEqual([]);
  });

  it('compares lines without end by their beginning and their length', { timeout: 60_000 }, async () => {
    const [left, right] = [await addRun('1', 'x'.repeat(30_000_000)), await addRun('1', `${'x'.repeat(30_000_001)}\nend\n`)];
    const { output } = await client.history.compare({ left, right });
    expect(output).toMatchObject({ leftLines: 1, rightLines: 2, count: 1, differences: [{ leftLine: 1, rightLine: 1 }] });
  });

  it('tells lines from all over two long outputs, and lets other work go on', { timeout: 60_000 }, async () => {
    const lines = Array.from({ length: 120_000 }, (_, i) => `step ${i} of a long training, and what is said about it`);
    const other = lines.map((line, i) => (i % 9973 === 17 ? `${line}!` : line));
    const [left, right] = [await addRun('1', lines.join('\n')), await addRun('1', other.join('\n'))];
    let steps = 0;
    let isDone = false;
    const count = (): void => {
      steps++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const { output } = await client.history.compare({ left, right });
    isDone = true;
    expect(output).toMatchObject({ leftLines: 120_000, rightLines: 120_000, truncated: false, count: 13 });
    expect(output.differences).toEqual(
      lines.flatMap((line, i) => (i % 9973 === 17 ? [{ leftLine: i + 1, left: [line], leftMore: 0, rightLine: i + 1, right: [`${line}!`], rightMore: 0 }] : [])),
    );
    // One for each megabyte, at least.
    expect(steps).toBeGreaterThan(12);
    const ending = new AbortController();
    const cancelled = client.history.compare({ left, right }, { signal: ending.signal });
    setImmediate(() => ending.abort());
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
