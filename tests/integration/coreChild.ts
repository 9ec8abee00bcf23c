import { createRouterClient } from '@orpc/server';
import { writeSync } from 'node:fs';
import { newClientId, newRunId } from '../../contract/ids.ts';
import { createCore } from '../../main/core/core.ts';

/**
 * A core that works until it is killed: it starts runs, appends to them and ends some, and says a line for each answer it got.
 * Everything said was acknowledged. The pauses of the event loop let backups, indexing and housekeeping run as well.
 */
async function work(home: string): Promise<never> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
  const say = (line: string): void => void writeSync(1, `${line}\n`);
  for (let round = 0; ; round++) {
    const id = newRunId();
    await client.runs.start({ id, engine: 'local', mode: 'file', title: `round ${round}`, source: `print(${round})`, pythonVersion: '3.14.2' });
    say(`started ${id}`);
    for (let seq = 1; seq <= 6; seq++) {
      const text = `${round} ${seq} `.repeat(seq === 4 ? 10_000 : 10);
      await client.output.append({ runId: id, records: [{ seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text } }] });
      say(`appended ${id} ${seq}`);
    }
    if (round % 2 === 0) {
      await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
      say(`finished ${id}`);
    }
    if (round % 10 === 9) {
      await client.runs.delete({ ids: (await client.runs.list({ filter: { statuses: ['succeeded'] }, limit: 1 })).runs.map((run) => run.id) });
      say(`deleted`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await work(process.argv[2] ?? '');
