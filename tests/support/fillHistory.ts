import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { newClientId, newRunId } from '../../contract/index.ts';
import { createCore } from '../../main/core/core.ts';

/** A disk in memory, on Linux: three commits a run wait for a real disk two thirds of the time. */
const quick = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Puts `count` finished runs into the history of an empty data folder, through the core as a window would. */
export async function fillHistory(home: string, count: number): Promise<void> {
  const folder = await mkdtemp(join(quick, 'pyexekube-fill-'));
  try {
    await fill(folder, count);
    await cp(folder, home, { recursive: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(home: string, count: number): Promise<void> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const clientId = newClientId();
  const client = createRouterClient(core.router, { context: { clientId } });
  const start = Date.now() - count * 1000;
  for (let i = 0; i < count; i++) {
    const id = newRunId(start + i * 1000);
    const failed = i % 7 === 0;
    await client.runs.start({
      id,
      engine: 'local',
      mode: 'file',
      title: `scratch ${i % 20}`,
      source: `value_${i} = ${i}\nprint(value_${i} * 2)\n`,
      pythonVersion: '3.14.2',
    });
    await client.output.append({ runId: id, records: [{ seq: 1, timeMs: start, body: { kind: 'text', stream: 'stdout', text: `${i * 2}\n` } }] });
    await client.runs.finish({
      id,
      status: failed ? 'failed' : 'succeeded',
      exitCode: failed ? 1 : 0,
      durationMs: i % 300,
      peakMemoryBytes: 60_000_000,
      error: failed ? 'ValueError: no such value' : null,
    });
  }
  // What waits for the full-text indexes is indexed by a search, as one sitting would never leave so much.
  await client.runs.list({ filter: { search: 'value' }, limit: 1 });
  await core.dispose();
}
