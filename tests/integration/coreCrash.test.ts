import { createRouterClient } from '@orpc/server';
import BetterSqlite3 from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newClientId, RunId } from '../../contract/ids.ts';
import { createCore } from '../../main/core/core.ts';

const kills = 20;

/** Lets a child work on a home folder and kills it the moment it has said so many lines. @returns all that it said */
async function workAndKill(home: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'coreChild.ts'), home], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  // Until it is reaped the system still counts it among the living.
  await ended;
  return said;
}

describe('kill -9', () => {
  it(`at ${kills} moments loses nothing that was acknowledged`, { timeout: 120_000 }, async () => {
    const home = mkdtempSync(join(tmpdir(), 'pyexekube-crash-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const started = new Set<RunId>();
    const appended = new Map<RunId, number>();
    const finished = new Set<RunId>();

    for (let i = 0; i < kills; i++) {
      // Moments spread over the rounds, the same in each run of the test; the system adds its own chance.
      for (const line of await workAndKill(home, 1 + ((i * 37) % 83))) {
        const [what, id, seq] = line.split(' ');
        if (what === 'deleted' || id === undefined) continue;
        const runId = RunId.parse(id);
        if (what === 'started') started.add(runId);
        if (what === 'appended') appended.set(runId, Number(seq));
        if (what === 'finished') finished.add(runId);
      }
    }
    expect(started.size).toBeGreaterThan(kills);

    const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const missing: RunId[] = [];
    const wrong: unknown[] = [];
    for (const id of started) {
      const run = await client.runs.get({ id }).catch(() => null);
      if (run === null) {
        missing.push(id);
        continue;
      }
      // A run whose end was stored, but not acknowledged before the kill, has ended.
      const allowed = finished.has(id) ? ['succeeded'] : ['interrupted', 'succeeded'];
      const { records, lastSeq, finished: atEnd } = await client.output.read({ runId: id, after: 0 });
      const isWhole = atEnd && lastSeq >= (appended.get(id) ?? 0) && records.length === lastSeq && records.every(({ seq }, n) => seq === n + 1);
      if (!allowed.includes(run.status) || !isWhole) wrong.push({ run, lastSeq, appended: appended.get(id) });
    }
    expect(wrong).toEqual([]);
    // Only ended runs may have been deleted.
    expect(missing.filter((id) => !finished.has(id))).toEqual([]);
    expect(missing.length).toBeLessThan(started.size / 4);
    expect((await client.runs.list({ filter: { statuses: ['running'] } })).runs).toEqual([]);
    expect((await client.runs.list({ filter: { search: 'print' }, limit: 500 })).runs.length).toBeGreaterThan(0);
    await core.dispose();

    const db = new BetterSqlite3(join(home, 'pyexekube.sqlite'), { readonly: true });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    db.close();
  });
});
