import { createRouterClient } from '@orpc/server';
import BetterSqlite3 from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import { createCore } from '../../main/core/core.ts';
import { bundledChild, folderInMemory } from '../support/bundledChild.ts';

/** How often a process that clears away is killed in the middle of it. */
const kills = Number(process.env['PYEXEKUBE_TEST_KILLS'] ?? 200);
/** As many at once as the machine has cores. */
const lanes = 2;
const pinnedEvery = 25;
const runs = 400;

type Child = Awaited<ReturnType<typeof bundledChild>>;

/** Fills a home with runs that have output, files and versions; every 25th is pinned. @returns those */
async function fill(home: string): Promise<RunId[]> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
  const pinned: RunId[] = [];
  for (let i = 0; i < runs; i++) {
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: `run ${i}`, source: `print(${i})`, pythonVersion: '3.14.2', path: `/project/${i % 7}.py` });
    await client.inputs.keep({ runId: id, folder: null, files: [], environment: { packages: [{ name: 'one', version: String(i % 50) }] } });
    const records = [1, 2, 3].map((seq) => ({ seq, timeMs: 1, body: { kind: 'text' as const, stream: 'stdout' as const, text: `${i} ${seq}\n`.repeat(1500) } }));
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

/** Lets a child clear away down to a count of runs, and kills it so many milliseconds after so many steps. @returns whether it had still work to do */
async function clearAndKill({ file, env }: Child, home: string, keep: number, afterSteps: number, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [file, home, String(keep)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  // The first line says that it begins. By the clock alone, a child that the machine does not let run would be killed before its first step.
  let lines = 0;
  for await (const _ of createInterface({ input: child.stdout })) if (lines++ === afterSteps) setTimeout(() => child.kill('SIGKILL'), afterMs);
  const [, signal]: unknown[] = await ended;
  return signal === 'SIGKILL';
}

/** What is wrong with a database that a killed process has left, and how many runs it still has. */
function look(path: string, pinned: readonly RunId[]): { faults: unknown[]; left: number } {
  const db = new BetterSqlite3(path);
  try {
    const left = Number(db.prepare('SELECT count(*) FROM runs').pluck().get());
    const torn = db.prepare('SELECT id FROM runs WHERE last_seq <> (SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM output_chunks WHERE run_key = key)').pluck().all();
    const orphans = db.prepare('SELECT list FROM package_lists WHERE list NOT IN (SELECT list FROM run_packages)').pluck().all();
    const kept = new Set(db.prepare('SELECT id FROM runs WHERE pinned = 1').pluck().all());
    const lost = pinned.filter((id) => !kept.has(id));
    const checked = db.pragma('integrity_check', { simple: true });
    const found = [...torn, ...orphans, ...lost];
    return { left, faults: [...found, ...(checked === 'ok' ? [] : [checked]), ...z.array(z.unknown()).parse(db.pragma('foreign_key_check'))] };
  } finally {
    db.close();
  }
}

describe('kill -9 while old runs are cleared away', () => {
  it(`at ${kills} random moments leaves a whole database, all pinned runs, and runs with all their output`, { timeout: 600_000 }, async () => {
    const folder = folderInMemory();
    const filled = join(folder, 'filled');
    const [pinned, child] = await Promise.all([fill(filled), bundledChild(join(import.meta.dirname, 'retentionChild.ts'))]);
    let killed = 0;
    // A kill may come before the first run is gone; most must not.
    let begun = 0;
    async function lane(name: string): Promise<void> {
      const home = join(folder, name);
      let keep = 0;
      while (killed < kills) {
        if (keep <= 0) {
          rmSync(home, { recursive: true, force: true });
          cpSync(filled, home, { recursive: true });
          keep = runs - pinned.length;
        }
        keep -= 60;
        // One that was through before it could be killed counts for nothing.
        if (await clearAndKill(child, home, Math.max(1, keep), Math.floor(Math.random() * 30), Math.random() * 3)) killed++;
        const { faults, left } = look(join(home, 'pyexekube.sqlite'), pinned);
        expect(faults).toEqual([]);
        if (left < runs) begun++;
      }
      const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
      const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
      expect((await client.runs.list({ filter: { pinnedOnly: true }, limit: 500 })).runs.map((run) => run.id)).toEqual(pinned.toReversed());
      await core.dispose();
    }
    await Promise.all(Array.from({ length: lanes }, (_, i) => lane(`lane ${i}`)));
    expect(killed).toBeGreaterThanOrEqual(kills);
    expect(begun).toBeGreaterThan(kills / 2);
  });
});
