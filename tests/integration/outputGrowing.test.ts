import { createRouterClient } from '@orpc/server';
import BetterSqlite3 from 'better-sqlite3';
import { array, assert, asyncProperty, boolean, constant, constantFrom, oneof, record, type Arbitrary } from 'fast-check';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClientId, newRunId, type FilterBatch, type FilterCursor, type FilteredLine, type OutputBody, type OutputFilter, type OutputRecord, type RunId } from '../../contract/index.ts';
import { createCore, type Core } from '../../main/core/core.ts';
import { makeHome, removeHome } from '../support/serverProcess.ts';

let home = '';
let core: Core;
beforeAll(async () => {
  home = await makeHome();
  core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
});
afterAll(async () => {
  await core.dispose();
  await removeHome(home);
});

interface Asked {
  filter: Partial<OutputFilter>;
  context: number;
  maxLines: number;
}

function connect() {
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}
type Client = ReturnType<typeof connect>;

async function startRun(client: Client): Promise<RunId> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '3.14.2' });
  return id;
}

async function filterOnce(client: Client, runId: RunId, asked: Asked, after: FilterCursor | null): Promise<{ lines: FilteredLine[]; last: FilterBatch }> {
  const lines: FilteredLine[] = [];
  let last: FilterBatch | null = null;
  for await (const batch of await client.output.filter({ runId, ...asked, ...(after === null ? {} : { after }) })) {
    lines.push(...batch.lines);
    last = batch;
  }
  if (last === null) throw new Error('there was no batch');
  return { lines, last };
}

/** Pieces of text that make lines, parts of lines and records without any; long enough at times that rows are packed. */
const piece = oneof(
  { weight: 6, arbitrary: constantFrom('a\n', 'b\n', 'a', 'b', '\n', '', 'ab\nba\nbb\n', 'b\nb\nb\nb\n', 'aa\n\na') },
  { weight: 1, arbitrary: constantFrom(`${'b'.repeat(30_000)}\n`, 'b\n'.repeat(9_000), `${'b\n'.repeat(25_000)}a\nb`) },
);
const body: Arbitrary<OutputBody> = oneof(
  { weight: 8, arbitrary: record({ kind: constant('text' as const), stream: constantFrom('stdout' as const, 'stderr' as const), text: piece }) },
  { weight: 1, arbitrary: record({ kind: constant('note' as const), text: constant('a') }) },
  { weight: 1, arbitrary: constant({ kind: 'error' as const, name: 'E', message: '', traceback: 'T\na: b\n', frames: [] as never[] }) },
);
const asked = record({
  filter: constantFrom<Partial<OutputFilter>>({ query: 'a' }, { query: 'ab' }, { streams: ['stderr'] }, {}, { query: '^a', regex: true }),
  context: constantFrom(0, 1, 3),
  maxLines: constantFrom(0, 5, 100_000),
});

describe('a filter that goes on where it ended', () => {
  it('has found in the end what a filter of everything finds', { timeout: 120_000 }, async () => {
    await assert(
      asyncProperty(asked, array(record({ bodies: array(body, { minLength: 1, maxLength: 12 }), looks: boolean() }), { minLength: 1, maxLength: 8 }), async (wanted, steps) => {
        const client = connect();
        const runId = await startRun(client);
        let seq = 0;
        let after: FilterCursor | null = null;
        const stand: FilteredLine[] = [];
        for (const [i, { bodies, looks }] of steps.entries()) {
          const records = bodies.map((one): OutputRecord => ({ seq: ++seq, timeMs: seq, body: one, ...(seq % 3 === 0 ? { source: { container: 'main', attempt: 1 } } : {}) }));
          await client.output.append({ runId, records });
          if (!looks && i < steps.length - 1) continue;
          const { lines, last } = await filterOnce(client, runId, wanted, after);
          const whole = await filterOnce(client, runId, wanted, null);
          expect([...stand, ...lines]).toEqual(whole.lines);
          expect(last).toEqual({ ...whole.last, lines: last.lines });
          stand.push(...lines.slice(0, lines.length - last.unfinished));
          after = last.cursor;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reads only what has come since', async () => {
    const client = connect();
    const runId = await startRun(client);
    const add = (seq: number) => client.output.append({ runId, records: [{ seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text: 'x\n'.repeat(60_000) } }] });
    for (let seq = 1; seq <= 5; seq++) await add(seq);
    const wanted = { filter: { query: 'x' }, context: 0, maxLines: 0 };
    const first = await filterOnce(client, runId, wanted, null);
    // What cannot be read any more is not read: nobody notices.
    const db = new BetterSqlite3(join(home, 'pyexekube.sqlite'));
    db.prepare('UPDATE output_chunks SET checksum = checksum + 1 WHERE first_seq = 1 AND run_key = (SELECT key FROM runs WHERE id = ?)').run(runId);
    db.close();
    await expect(filterOnce(client, runId, wanted, null)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await add(6);
    expect((await filterOnce(client, runId, wanted, first.last.cursor)).last.matched).toBe(360_000);
  });

  it('refuses a cursor that lies after the end', async () => {
    const client = connect();
    const runId = await startRun(client);
    const wanted = { filter: {}, context: 0, maxLines: 5 };
    const { last } = await filterOnce(client, runId, wanted, null);
    if (last.cursor === null) throw new Error('there is no cursor');
    await expect(filterOnce(client, runId, wanted, { ...last.cursor, seq: 2 })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
