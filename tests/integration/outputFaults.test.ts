import { createRouterClient } from '@orpc/server';
import BetterSqlite3 from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newClientId, newRunId, RunId, type OutputRecord } from '../../contract/index.ts';
import { createCore } from '../../main/core/core.ts';
import { bundledChild, folderInMemory } from '../support/bundledChild.ts';
import { textOfRecord } from './outputChild.ts';

/** How often a writing process is killed. */
const kills = Number(process.env['PYEXEKUBE_TEST_KILLS'] ?? 200);
/** As many at once as the machine has cores. */
const lanes = 2;

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'pyexekube-output-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

async function open(home: string) {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  onTestFinished(() => core.dispose().catch(() => undefined));
  return { core, client: createRouterClient(core.router, { context: { clientId: newClientId() } }) };
}

type Client = Awaited<ReturnType<typeof open>>['client'];

async function startRun(client: Client): Promise<RunId> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '3.14.2' });
  return id;
}

function text(seq: number, content: string, timeMs: number = seq): OutputRecord {
  return { seq, timeMs, body: { kind: 'text', stream: 'stdout', text: content } };
}

type Child = Awaited<ReturnType<typeof bundledChild>>;

/** Kills a writer so many microseconds after its first answer. @returns its run and the last record that was acknowledged */
async function writeAndKill({ file, env }: Child, home: string, afterMs: number): Promise<{ runId: RunId; acknowledged: number } | null> {
  const child = spawn(process.execPath, [file, home], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let runId: RunId | null = null;
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, value = ''] = line.split(' ');
    if (what === 'appended') acknowledged = Number(value);
    if (what !== 'started') continue;
    runId = RunId.parse(value);
    setTimeout(() => child.kill('SIGKILL'), afterMs);
  }
  await ended;
  return runId === null ? null : { runId, acknowledged };
}

describe('kill -9 while output is written', () => {
  it(`at ${kills} random moments loses no acknowledged record`, { timeout: 600_000 }, async () => {
    const child = await bundledChild(join(import.meta.dirname, 'outputChild.ts'));
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        const home = folderInMemory();
        const written: { runId: RunId; acknowledged: number }[] = [];
        for (let i = 0; i < kills / lanes; i++) {
          const run = await writeAndKill(child, home, Math.random() * 40);
          if (run !== null) written.push(run);
        }
        expect(written).toHaveLength(kills / lanes);
        const { core, client } = await open(home);
        for (const { runId, acknowledged } of written) {
          const records: OutputRecord[] = [];
          for (;;) {
            const page = await client.output.read({ runId, after: records.length });
            records.push(...page.records);
            if (page.finished || page.records.length === 0) break;
          }
          expect(records.length).toBeGreaterThanOrEqual(acknowledged);
          expect(records.every(({ seq, body }, at) => seq === at + 1 && body.kind === 'text' && body.text === textOfRecord(seq))).toBe(true);
          const { chunks } = await client.output.index({ runId });
          let feeds = 0;
          for (const chunk of chunks) {
            expect(chunk.lineFeedsBefore).toBe(feeds);
            feeds += chunk.lineFeeds;
          }
          expect(feeds).toBe(records.length);
        }
        await core.dispose();
        const db = new BetterSqlite3(join(home, 'pyexekube.sqlite'), { readonly: true });
        expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
        // A chunk and what the index knows of it are stored together.
        const strays = `SELECT count(*) FROM output_signatures AS signed LEFT JOIN output_chunks AS chunk
          ON chunk.run_key = signed.run_key AND chunk.first_seq = signed.first_seq AND chunk.last_seq = signed.last_seq AND chunk.encoding = 2 WHERE chunk.chunk IS NULL`;
        expect(db.prepare(strays).pluck().get()).toBe(0);
        db.close();
      }),
    );
  });
});

describe('a flipped byte', () => {
  it('anywhere in a chunk or in what is said about it costs that chunk alone, and names it', async () => {
    const home = temporaryHome();
    const { client } = await open(home);
    const runId = await startRun(client);
    for (let seq = 1; seq <= 3; seq++) await client.output.append({ runId, records: [text(seq, `${seq} needle\n${String(seq).repeat(130_000)}\n`)] });
    const db = new BetterSqlite3(join(home, 'pyexekube.sqlite'));
    onTestFinished(() => void db.close());
    const length = Number(db.prepare('SELECT length(data) FROM output_chunks WHERE first_seq = 2').pluck().get());
    const damages = [0, 5, length >> 1, length - 1].map((at) => `data = CAST(substr(data, 1, ${at}) || x'fe' || substr(data, ${at + 2}) AS BLOB)`);
    for (const damage of [...damages, 'first_ms = first_ms + 1', 'flags = flags | 2', 'line_feeds = 7', 'checksum = checksum + 1']) {
      db.exec('BEGIN');
      db.exec('CREATE TEMP TABLE whole AS SELECT * FROM output_chunks WHERE first_seq = 2');
      db.exec(`UPDATE output_chunks SET ${damage} WHERE first_seq = 2`);
      db.exec('COMMIT');
      await expect(client.output.read({ runId, after: 1 }), damage).rejects.toMatchObject({ code: 'STORAGE_CORRUPT', message: expect.stringContaining('record 2 to 2') });
      expect((await client.output.read({ runId, after: 2 })).records).toHaveLength(1);
      let written = '';
      for await (const piece of await client.output.export({ runId, format: 'text' })) written += piece.text;
      expect(written).toMatch(/^1 needle\n1+\n\[The stored output from record 2 to 2 is damaged and cannot be read\.\]\n3 needle\n3+\n$/);
      const found: string[] = [];
      const filter = async (): Promise<void> => {
        for await (const batch of await client.output.filter({ runId, filter: { query: 'needle' } })) found.push(...batch.lines.map((line) => line.text));
      };
      await expect(filter()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      expect(found).toEqual(['1 needle', '3 needle']);
      db.exec('DELETE FROM output_chunks WHERE first_seq = 2; INSERT INTO output_chunks SELECT * FROM whole; DROP TABLE whole');
    }
    expect((await client.output.read({ runId, after: 0 })).records).toHaveLength(3);
  });
});

describe('a clock that jumps', () => {
  it('moves no line, and times are still found', async () => {
    const { client } = await open(temporaryHome());
    const runId = await startRun(client);
    const hour = 3_600_000;
    const times = [10 * hour, 11 * hour, 5 * hour, 5 * hour + 1, 12 * hour];
    for (const [i, timeMs] of times.entries()) await client.output.append({ runId, records: [text(i + 1, `line ${i} ${'x'.repeat(140_000)}\n`, timeMs)] });
    const { records } = await client.output.read({ runId, after: 0, maxLength: 8_000_000 });
    expect(records.map(({ timeMs }) => timeMs)).toEqual(times);
    const filtered: number[] = [];
    for await (const batch of await client.output.filter({ runId, filter: { fromMs: 5 * hour, toMs: 6 * hour } })) filtered.push(...batch.lines.map(({ line }) => line));
    expect(filtered).toEqual([2, 3]);
    expect((await client.output.index({ runId })).chunks.every(({ firstMs, lastMs }) => firstMs <= lastMs)).toBe(true);
  });
});

describe('two processes on one database', () => {
  it('write and filter at once, and each sees what the other has stored', async () => {
    const home = temporaryHome();
    const [one, two] = [await open(home), await open(home)];
    const ids = [await startRun(one.client), await startRun(two.client)] as const;
    for (let seq = 1; seq <= 40; seq++) {
      await Promise.all([one, two].map(({ client }, i) => client.output.append({ runId: ids[i === 0 ? 0 : 1], records: [text(seq, `process ${i} line ${seq} ${'y'.repeat(9000)}\n`)] })));
    }
    for (const [i, { client }] of [one, two].entries()) {
      let matched = 0;
      for await (const batch of await client.output.filter({ runId: ids[i === 0 ? 1 : 0], filter: { query: `process ${1 - i} ` } })) matched = batch.matched;
      expect(matched).toBe(40);
    }
  });
});
