import { createRouterClient } from '@orpc/server';
import { writeSync } from 'node:fs';
import { newClientId, newRunId, type OutputRecord } from '../../contract/index.ts';
import { createCore } from '../../main/core/core.ts';

/** Text of a record that says which it is, of very different lengths, so that rows, joined rows and chunks are written. */
export function textOfRecord(seq: number): string {
  return `${seq} ${String.fromCharCode(97 + (seq % 26)).repeat(seq % 7 === 0 ? 40_000 : (seq * 13) % 300)}\n`;
}

/** A core that appends to one run until it is killed, and says a line for each answer it got. */
async function work(home: string): Promise<never> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
  const runId = newRunId();
  await client.runs.start({ id: runId, engine: 'local', mode: 'file', title: 'writes', source: '1', pythonVersion: '3.14.2' });
  writeSync(1, `started ${runId}\n`);
  for (let seq = 1; ; ) {
    const records: OutputRecord[] = [];
    for (const count = 1 + (seq % 9); records.length < count; seq++) records.push({ seq, timeMs: seq, body: { kind: 'text', stream: 'stdout', text: textOfRecord(seq) } });
    await client.output.append({ runId, records });
    writeSync(1, `appended ${seq - 1}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const home = process.argv[2];
if (import.meta.main && home !== undefined) await work(home);
