import { createRouterClient } from '@orpc/server';
import BetterSqlite3 from 'better-sqlite3';
import { array, assert, asyncProperty, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClientId, newRunId, withoutStyles, type OutputRecord, type RunId } from '../../contract/index.ts';
import { createCore, type Core } from '../../main/core/core.ts';
import { makeHome, removeHome } from '../support/serverProcess.ts';

let home = '';
let core: Core;
let db: BetterSqlite3.Database;
beforeAll(async () => {
  home = await makeHome();
  core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  db = new BetterSqlite3(join(home, 'pyexekube.sqlite'));
});
afterAll(async () => {
  db.close();
  await core.dispose();
  await removeHome(home);
});

function connect() {
  return createRouterClient(core.router, { context: { clientId: newClientId() } });
}
type Client = ReturnType<typeof connect>;

/** Stores texts, each in an append of its own, and ends the run if `isEnded`. */
async function store(client: Client, texts: readonly string[], isEnded = true): Promise<RunId> {
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '3.14.2' });
  for (const [i, text] of texts.entries()) {
    const body: OutputRecord['body'] = i % 7 === 6 ? { kind: 'error', name: 'E', message: '', traceback: text, frames: [] } : { kind: 'text', stream: 'stdout', text };
    await client.output.append({ runId: id, records: [{ seq: i + 1, timeMs: 1000 + i, body, ...(i % 2 === 0 ? {} : { source: { container: 'main', attempt: 1 + (i % 3) } }) }] });
  }
  if (isEnded) await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
  return id;
}

interface Query {
  query: string;
  regex: boolean;
  matchCase: boolean;
}

async function everythingFound(client: Client, runId: RunId, query: Query, context: number) {
  const matches: unknown[] = [];
  let lines = 0;
  for await (const batch of await client.output.search({ runId, ...query })) {
    matches.push(...batch.matches);
    lines = batch.scannedLines;
  }
  const filtered: unknown[] = [];
  let last: unknown;
  for await (const batch of await client.output.filter({ runId, filter: query, context })) {
    filtered.push(...batch.lines);
    const { lines: _, sources, cursor, ...rest } = batch;
    last = { ...rest, cursor: { ...cursor, sources: [] }, sources: sources.map(({ attempt }) => attempt).sort((one, other) => one - other) };
  }
  let written = '';
  for await (const piece of await client.output.export({ runId, format: 'csv', filter: query })) written += piece.text;
  return { matches, lines, filtered, last, written };
}

function keyOf(runId: RunId): number {
  return Number(db.prepare('SELECT key FROM runs WHERE id = ?').pluck().get(runId));
}

function countIn(table: string, runId: RunId): number {
  return Number(db.prepare(`SELECT count(*) FROM ${table} WHERE run_key = ?`).pluck().get(keyOf(runId)));
}

/** Takes the index away: everything is read then. */
function dropIndex(runId: RunId): void {
  for (const table of ['output_signatures', 'output_segments', 'output_pieces']) db.prepare(`DELETE FROM ${table} WHERE run_key = ?`).run(keyOf(runId));
}

/** Damages a table's rows of a run. @returns puts them back */
function damage(change: string, table: string, runId: RunId): () => void {
  const kept = db.prepare(`SELECT * FROM ${table} WHERE run_key = ?`).all(keyOf(runId)) as Record<string, unknown>[];
  db.exec(change);
  return () => {
    db.prepare(`DELETE FROM ${table} WHERE run_key = ?`).run(keyOf(runId));
    for (const row of kept) db.prepare(`INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map(() => '?').join(', ')})`).run(...Object.values(row));
  };
}

/** Letters with relations of case: within ASCII, out of it (the Kelvin sign, the long s), in Latin-1 and out of that, and halves of pairs. */
const units = ['k', 'K', '\u212a', 's', 'S', '\u017f', 'é', 'É', 'ÿ', 'Ÿ', 'µ', 'μ', '中', '🎉', '\ud83d', '\udf89', '7', ' ', '-', '\t', '\u001b[1m', '\u001b[', '38;5;9m'];
const needle = array(constantFrom(...units), { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''));
const filler = constantFrom('x'.repeat(99) + '\n', 'yz', 'w\n', 'v'.repeat(3000) + '\n', 'Ω'.repeat(70) + '\n');

interface Written {
  fill: string;
  length: number;
  head: string;
  tail: string;
  inside: string;
}

/** A text with something planted at its ends, so that it goes over a chunk's border with what comes next, and in its middle. */
const written: Arbitrary<Written> = record({ fill: filler, length: constantFrom(10, 1000, 49_000, 60_000, 130_000), head: oneof(needle, constantFrom('', '\n')), tail: oneof(needle, constantFrom('', '\n')), inside: needle });

function textOf({ fill, length, head, tail, inside }: Written): string {
  const filling = fill.repeat(Math.ceil(length / fill.length / 2));
  return `${head}${filling}${inside}\n${filling}${tail}`;
}

const asked = record({ at: integer({ min: 0, max: 1000 }), from: integer({ min: 0, max: 6 }), length: integer({ min: 2, max: 14 }), change: constantFrom('', 'upper', 'lower'), matchCase: constantFrom(true, false), regex: constantFrom('', '', '.?x', '\\s*', '[^7]') });

describe('the index of grams', () => {
  it('finds what a look through everything finds', { timeout: 300_000 }, async () => {
    await assert(
      asyncProperty(array(written, { minLength: 2, maxLength: 14 }), array(asked, { minLength: 6, maxLength: 10 }), constantFrom(true, false), constantFrom(0, 2), async (pieces, questions, isEnded, context) => {
        const client = connect();
        const runId = await store(client, pieces.map(textOf), isEnded);
        // What stands at the borders, and elsewhere, as a person might look for it.
        const planted = pieces.flatMap(({ tail, inside }, i) => [`${tail}${pieces[i + 1]?.head ?? ''}`, inside]).map(withoutStyles).filter((text) => text !== '');
        const queries = questions.flatMap(({ at, from, length, change, matchCase, regex }): Query[] => {
          const text = (planted[at % planted.length] ?? '').slice(from, from + length);
          const changed = change === 'upper' ? text.toUpperCase() : change === 'lower' ? text.toLowerCase() : text;
          const isRegex = regex !== '' && changed.length >= 3 && !changed.includes('[');
          return changed === '' ? [] : [{ query: isRegex ? `${changed}${regex}` : changed, regex: isRegex, matchCase }];
        });
        const found = [];
        for (const query of queries) found.push(await everythingFound(client, runId, query, context));
        dropIndex(runId);
        for (const [i, query] of queries.entries()) expect(found[i], JSON.stringify(query)).toEqual(await everythingFound(client, runId, query, context));
      }),
      { numRuns: Number(process.env['PYEXEKUBE_TEST_INDEX_RUNS'] ?? 15) },
    );
  });

  /** As many texts as make one whole segment and begin the next, with a needle in some of them. */
  const many = Array.from({ length: 290 }, (_, i) => `${'filling of a line\n'.repeat(2800)}${i % 90 === 7 ? `needle-${i}\n` : ''}`);

  it('is made in segments, and only what may hold the text is read', { timeout: 60_000 }, async () => {
    const client = connect();
    const runId = await store(client, many, false);
    expect([countIn('output_segments', runId), countIn('output_signatures', runId)]).toEqual([1, 290 - 256]);
    const found = async (query: string): Promise<number> => (await everythingFound(client, runId, { query, regex: false, matchCase: false }, 0)).matches.length;
    expect(await found('NEEDLE-')).toBe(4);
    // Whoever read another chunk would say that it is damaged.
    const undo = damage(`UPDATE output_chunks SET checksum = checksum + 1 WHERE first_seq <> 290 AND first_seq % 90 <> 8 AND run_key = ${keyOf(runId)}`, 'output_chunks', runId);
    expect(await found('needle-')).toBe(4);
    await expect(found('filling')).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    undo();
    await client.runs.finish({ id: runId, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    expect([countIn('output_segments', runId), countIn('output_signatures', runId)]).toEqual([2, 0]);
    expect(await found('needle-277')).toBe(1);
  });

  it('knows text as it is read: colours in it, also those that a border of two chunks parts, hide nothing', { timeout: 60_000 }, async () => {
    const client = connect();
    const texts = many.slice(0, 40);
    texts[20] += 'a \u001b[36mkey\u001b[0m=\u001b[35mval\u001b[1mue\u001b[0m in one\n';
    texts[30] += 'key=val\u001b[3';
    texts[31] = `1mue in two\n${texts[31] ?? ''}`;
    for (const isEnded of [true, false]) {
      const runId = await store(client, texts, isEnded);
      expect(countIn(isEnded ? 'output_segments' : 'output_signatures', runId)).toBeGreaterThan(0);
      for (const matchCase of [true, false]) {
        const { matches, filtered } = await everythingFound(client, runId, { query: 'key=value', regex: false, matchCase }, 0);
        expect([matches.length, filtered.length], String(matchCase)).toEqual([2, 2]);
      }
    }
  });

  it('that is damaged or lost costs time, and never a match', { timeout: 60_000 }, async () => {
    const client = connect();
    const [ended, open] = [await store(client, many.slice(0, 40)), await store(client, many.slice(0, 40), false)];
    const flipped = (column: string): string => `${column} = CAST(substr(${column}, 1, 3) || x'00' || substr(${column}, 5) AS BLOB)`;
    const damages: [string, string][] = [
      ['output_pieces', flipped('data')], ['output_pieces', 'data = zeroblob(length(data))'], ['output_pieces', "data = x''"], ['output_pieces', 'buckets = buckets + 1'],
      ['output_segments', flipped('starts')], ['output_segments', 'last_seq = last_seq + 1'], ['output_segments', "sources = '['"], ['output_segments', 'segment = segment + 1000'],
      ['output_signatures', 'data = zeroblob(length(data))'], ['output_signatures', 'first_seq = first_seq + 1'], ['output_signatures', "tail = '\"x\"'"], ['output_signatures', "data = x'00'"],
    ];
    for (const runId of [ended, open]) {
      for (const [table, change] of [...damages, ['output_pieces', null], ['output_segments', null]] as const) {
        const undo = damage(change === null ? `DELETE FROM ${table} WHERE run_key = ${keyOf(runId)}` : `UPDATE OR IGNORE ${table} SET ${change} WHERE run_key = ${keyOf(runId)}`, table, runId);
        const { matches } = await everythingFound(client, runId, { query: 'needle-7', regex: false, matchCase: true }, 1);
        expect(matches, `${table} ${change}`).toHaveLength(1);
        undo();
      }
    }
    // What is added to a damaged index is sound again.
    damage(`UPDATE output_signatures SET tail = '"x"', data = zeroblob(length(data)) WHERE run_key = ${keyOf(open)}`, 'output_signatures', open);
    for (let seq = 41; seq <= 300; seq++) await client.output.append({ runId: open, records: [{ seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text: many[seq - 41] ?? '' } }] });
    expect(countIn('output_segments', open)).toBe(1);
    expect((await everythingFound(client, open, { query: 'needle-7', regex: false, matchCase: true }, 1)).matches).toHaveLength(2);
  });

  it('is not kept for a short output, and goes with a deleted one', { timeout: 60_000 }, async () => {
    const client = connect();
    const short = await store(client, many.slice(0, 3));
    expect(countIn('output_signatures', short)).toBe(0);
    const tables = ['output_segments', 'output_pieces', 'output_signatures', 'output_chunks'];
    const counts = (key: number): number[] => tables.map((table) => Number(db.prepare(`SELECT count(*) FROM ${table} WHERE run_key = ?`).pluck().get(key)));
    const long = await store(client, many.slice(0, 20));
    const key = keyOf(long);
    expect(counts(key).slice(0, 2)).toEqual([1, Math.ceil(65_536 / Math.floor(1984 / 3))]);
    const stored = (): number => Number(db.prepare('SELECT stored_bytes FROM runs WHERE key = ?').pluck().get(key));
    const bytes = Number(db.prepare('SELECT (SELECT sum(length(data)) FROM output_chunks WHERE run_key = @key) + (SELECT sum(length(data)) FROM output_pieces WHERE run_key = @key)').pluck().get({ key }));
    expect(stored()).toBe(bytes);
    await client.runs.delete({ ids: [long] });
    await expect.poll(() => counts(key), { timeout: 30_000, interval: 50 }).toEqual([0, 0, 0, 0]);
  });
});
