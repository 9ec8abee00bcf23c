import { createRouterClient } from '@orpc/server';
import BetterSqlite3 from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import { createCore } from '../../main/core/core.ts';

const kills = 40;
const pinnedEvery = 50;
const runs = 1200;

/** Fills a home with runs that have output, files and versions; every fiftieth is pinned. @returns those */
async function fill(home: string): Promise<RunId[]> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
  const pinned: RunId[] = [];
  for (let i = 0; i < runs; i++) {
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: `run ${i}`, source: `print(${i})`, pythonVersion: '3.14.2', path: `/work/${i % 7}.py` });
    await client.inputs.keep({ runId: id, folder: null, files: [] });
    const records = [1, 2, 3].map((seq) => ({ seq, timeMs: 1, body: { kind: 'text' as const, stream: 'stdout' as const, text: `${i} ${seq}\n`.repeat(2000) } }));
    await client.output.append({ runId: id, records });
    await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    if (i % pinnedEvery === 0) {
      await client.runs.update({ id, pinned: true });
      pinned.push(id);
    }
  }
  await client.localHistory.files({});
  await core.dispose();
  return pinned;
}

/** Lets a child clear away down to a count of runs, and kills it after so many microseconds of work. */
async function clearAndKill(home: string, keep: number, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'retentionChild.ts'), home, String(keep)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  child.stdout.resume();
  await ended;
}

describe('kill -9 while old runs are cleared away', () => {
  it(`at ${kills} moments leaves a whole database, all pinned runs, and runs with all their output`, { timeout: 240_000 }, async () => {
    const home = mkdtempSync(join(tmpdir(), 'pyexekube-retention-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const pinned = await fill(home);
    const path = join(home, 'pyexekube.sqlite');

    for (let i = 1; i <= kills; i++) {
      await clearAndKill(home, runs - i * 25, (i * 7) % 23);
      const db = new BetterSqlite3(path);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(db.pragma('foreign_key_check')).toEqual([]);
      const torn = db.prepare('SELECT id FROM runs WHERE last_seq <> (SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM output_chunks WHERE run_key = key)').pluck().all();
      expect(torn).toEqual([]);
      db.close();
    }

    const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    expect((await client.runs.list({ filter: { pinnedOnly: true }, limit: 500 })).runs.map((run) => run.id)).toEqual(pinned.toReversed());
    expect((await client.runs.count({})).count).toBeLessThan(runs);
    await core.dispose();
  });
});
