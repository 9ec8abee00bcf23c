import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import Database from 'better-sqlite3';
import { newClientId, newRunId, type OutputRecord, type RunId } from '../../contract/index.ts';
import { createCore, type Core } from '../../main/core/core.ts';
import type { CoreRouter } from '../../main/core/router.ts';
import { logLine, logLineLength } from '../support/logLines.ts';
import { makeHome, removeHome } from '../support/serverProcess.ts';
import { outputWindowBench } from './outputWindowBench.ts';
import { print, sample, timed } from './report.ts';

type Client = RouterClient<CoreRouter>;

const lineCount = 1_000_000;
const batchLines = 5_000;
/** As a flood of prints is stored: records of 64 KB, a few a call. */
const recordLines = 500;

async function withCore<T>(work: (core: { client: Client; home: string }) => Promise<T>): Promise<T> {
  const home = await makeHome();
  const core: Core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  try {
    return await work({ client: createRouterClient(core.router, { context: { clientId: newClientId() } }), home });
  } finally {
    await core.dispose();
    await removeHome(home);
  }
}

function batch(from: number): string[] {
  return Array.from({ length: batchLines }, (_, i) => logLine(from + i));
}

/** Stores `lineCount` lines; acknowledged means that another process would find them after a kill. @returns the lines a second */
async function fill(client: Client, id: RunId): Promise<number> {
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 'bench', source: '1', pythonVersion: '3.14.2' });
  let seq = 0;
  let ms = 0;
  for (let from = 0; from < lineCount; from += batchLines) {
    const lines = batch(from);
    const records: OutputRecord[] = [];
    for (let at = 0; at < lines.length; at += recordLines) {
      records.push({ seq: ++seq, timeMs: 1_790_000_000_000 + from, body: { kind: 'text', stream: 'stdout', text: lines.slice(at, at + recordLines).join('') } });
    }
    ms += await timed(() => client.output.append({ runId: id, records }));
  }
  ms += await timed(() => client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null }));
  return (lineCount / ms) * 1000;
}

/** The peer of ingest: a row a line, as many in a transaction as we take in a call. */
function fillPlain(path: string): number {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec('CREATE TABLE lines (run INTEGER, seq INTEGER, time_ms INTEGER, stream INTEGER, text TEXT, PRIMARY KEY (run, seq)) STRICT');
  const insert = db.prepare('INSERT INTO lines VALUES (1, ?, ?, 0, ?)');
  let ms = 0;
  for (let from = 0; from < lineCount; from += batchLines) {
    const lines = batch(from);
    const start = performance.now();
    db.exec('BEGIN');
    for (const [i, line] of lines.entries()) insert.run(from + i, 1_790_000_000_000 + from, line);
    db.exec('COMMIT');
    ms += performance.now() - start;
  }
  db.close();
  return (lineCount / ms) * 1000;
}

async function ingestBench(): Promise<void> {
  const ratios: number[] = [];
  const ours = await sample(3, () =>
    withCore(async ({ client, home }) => {
      const id = newRunId();
      const speed = await fill(client, id);
      const db = new Database(join(home, 'pyexekube.sqlite'), { readonly: true });
      const size = Number(db.prepare("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'output%'").pluck().get());
      db.close();
      ratios.push(size / (lineCount * logLineLength));
      return speed;
    }),
  );
  const peer: number[] = [];
  for (let i = 0; i < 3; i++) {
    const home = await makeHome();
    peer.push(fillPlain(join(home, 'plain.sqlite')));
    await removeHome(home);
  }
  const version = new Database(':memory:').prepare('SELECT sqlite_version()').pluck().get();
  print({
    ours: { name: `ingest of ${lineCount.toLocaleString('en')} lines of ${logLineLength} B, durable`, unit: 'lines/s', samples: ours },
    peer: { name: `plain batched inserts, a row a line, SQLite ${String(version)}`, unit: 'lines/s', samples: peer },
    goal: '350,000 lines/s or more',
  });
  print({ ours: { name: 'size on disk, as a part of the raw text', unit: '', samples: ratios }, goal: 'at most 0.4' });
}

interface Query {
  name: string;
  query: string;
  regex: boolean;
  maxMatches: number;
  /** More of what takes a millisecond. */
  samples: number;
  goal: string;
}

const queries: Query[] = [
  { name: 'rare text', query: 'step 777777 ', regex: false, maxMatches: 10_000, samples: 31, goal: 'under 2 ms' },
  { name: 'rare word that is not there', query: 'MemoryError', regex: false, maxMatches: 10_000, samples: 31, goal: 'under 2 ms' },
  { name: 'common text, first page', query: 'timeout', regex: false, maxMatches: 500, samples: 31, goal: 'under 20 ms' },
  { name: 'regular expression over everything', query: 'ERROR.*(timeout|retry) 1\\.99', regex: true, maxMatches: 100_000, samples: 7, goal: 'under 300 ms' },
  { name: 'regular expression over everything, many hits', query: '(checkpoint|shard) 0\\.0\\d+', regex: true, maxMatches: 100_000, samples: 7, goal: 'under 300 ms' },
];

async function search(client: Client, runId: RunId, { query, regex, maxMatches }: Query): Promise<number> {
  let count = 0;
  for await (const found of await client.output.search({ runId, query, regex, matchCase: true, maxMatches })) count += found.matches.length;
  return count;
}

async function searchBench(): Promise<void> {
  await withCore(async ({ client, home }) => {
    const id = newRunId();
    await fill(client, id);
    const path = join(home, 'lines.log');
    const file = openSync(path, 'w');
    for (let from = 0; from < lineCount; from += batchLines) writeSync(file, batch(from).join(''));
    closeSync(file);
    const version = execFileSync('grep', ['--version'], { encoding: 'utf8' }).split('\n')[0];
    for (const query of queries) {
      const count = await search(client, id, query);
      const ours = await sample(query.samples, () => timed(() => search(client, id, query)));
      const most = query.maxMatches < 10_000 ? ['-m', String(query.maxMatches)] : [];
      const peer = await sample(7, () => timed(() => spawnSync('grep', ['-Ec', ...most, query.query, path], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LC_ALL: 'C' } })));
      print({
        ours: { name: `search in ${lineCount.toLocaleString('en')} lines: ${query.name}, ${count.toLocaleString('en')} matches`, unit: 'ms', samples: ours },
        peer: { name: `grep -Ec (${version}) on the same text, ${(statSync(path).size / 1e6).toFixed(0)} MB, LC_ALL=C`, unit: 'ms', samples: peer },
        goal: query.goal,
      });
    }
  });
}

/** Everything as text, read piece by piece as the window would; beside cat of the same text into a pipe. */
async function exportBench(): Promise<void> {
  await withCore(async ({ client, home }) => {
    const id = newRunId();
    await fill(client, id);
    const path = join(home, 'lines.log');
    const file = openSync(path, 'w');
    for (let from = 0; from < lineCount; from += batchLines) writeSync(file, batch(from).join(''));
    closeSync(file);
    const megabytes = (lineCount * logLineLength) / 1e6;
    for (const format of ['text', 'ndjson', 'csv'] as const) {
      const samples = await sample(5, async () => {
        const ms = await timed(async () => {
          const target = openSync(join(home, 'export'), 'w');
          for await (const { text } of await client.output.export({ runId: id, format })) writeSync(target, text);
          closeSync(target);
        });
        return (megabytes / ms) * 1000;
      });
      const peer = await sample(5, async () => (megabytes / (await timed(() => execFileSync('cp', [path, join(home, 'copy')])))) * 1000);
      print({
        ours: { name: `export of ${lineCount.toLocaleString('en')} lines as ${format} into a file, of raw text`, unit: 'MB/s', samples },
        peer: { name: 'cp of the same text (coreutils)', unit: 'MB/s', samples: peer },
        goal: '200 MB/s or more',
      });
    }
  });
}

const benches: Record<string, () => Promise<void>> = { ingest: ingestBench, search: searchBench, export: exportBench, window: outputWindowBench };

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${platform()} ${release()}, Node ${process.version}. Each figure: min / median / max.`);
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length === 0 || chosen.includes(name)) await bench();
}
