import { createRouterClient } from '@orpc/server';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { newClientId, newRunId, type RunId } from '../../contract/index.ts';
import { createCore } from '../../main/core/core.ts';
import { fillHistory } from '../support/fillHistory.ts';
import { makeHome, removeHome } from '../support/serverProcess.ts';
import { print, sample, timed } from './report.ts';

const words = ['value_77', 'print value', 'ValueError', 'scratch 7', '99999', 'nothing matches this'];

/** 100k runs: a page and a search, beside a plain LIKE over the same rows in the same database. */
export async function historyBench(): Promise<void> {
  const home = await makeHome();
  try {
    await fillHistory(home, 100_000);
    const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const plain = new Database(join(home, 'pyexekube.sqlite'), { readonly: true });
    const like = plain.prepare("SELECT id FROM runs JOIN run_details USING (key) WHERE source LIKE '%' || ? || '%' ORDER BY key DESC LIMIT 100");
    try {
      let cursor = (await client.runs.list({ limit: 100 })).next;
      print({
        ours: {
          name: 'history, 100k runs: the next page of 100',
          unit: 'ms',
          samples: await sample(300, () =>
            timed(async () => {
              cursor = (await client.runs.list({ cursor, limit: 100 })).next;
            }),
          ),
        },
        goal: 'under 5 ms',
      });
      print({
        ours: {
          name: 'history, 100k runs: first page of a search',
          unit: 'ms',
          samples: await sample(300, (i) => timed(() => client.runs.list({ filter: { search: words[i % words.length] ?? '' }, limit: 100 }))),
        },
        peer: { name: 'LIKE over the source alone', unit: 'ms', samples: await sample(60, (i) => timed(() => like.all(words[i % words.length]))) },
        goal: 'p95 under 20 ms',
      });
    } finally {
      plain.close();
      await core.dispose();
    }
  } finally {
    await removeHome(home);
  }
}

/** Two runs of which every hundredth line differs: of 100,000 lines each, and of a million each. */
export async function compareBench(): Promise<void> {
  const home = await makeHome();
  try {
    const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const add = async (name: string, thousands: number): Promise<RunId> => {
      const id = newRunId();
      await client.runs.start({ id, engine: 'local', mode: 'file', title: name, source: `print("${name}")`, pythonVersion: '3.14.2' });
      for (let seq = 1; seq <= thousands; seq++) {
        const text = Array.from({ length: 1000 }, (_, i) => `epoch ${seq} step ${i} loss 0.${(i * 7919) % 1000} on ${i % 100 === 0 ? name : 'both'} of the runs\n`).join('');
        await client.output.append({ runId: id, records: [{ seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text } }] });
      }
      await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
      return id;
    };
    for (const [thousands, count, goal] of [[100, 20, 'under 1000 ms'], [1000, 7, 'whatever it takes, in a thread of its own']] as const) {
      const [left, right] = [await add('left', thousands), await add('right', thousands)];
      const compared = `comparing two runs of ${(thousands * 1000).toLocaleString('en')} lines`;
      const blocked: number[] = [];
      const samples = await sample(count, () =>
        timed(async () => {
          blocked.push(await longestBlock(() => client.history.compare({ left, right })));
        }),
      );
      print({ ours: { name: compared, unit: 'ms', samples }, goal });
      print({ ours: { name: `${compared}: the longest that the core does not answer`, unit: 'ms', samples: blocked }, goal: 'under 50 ms' });
    }
    await core.dispose();
  } finally {
    await removeHome(home);
  }
}

/** How long at most nothing else had its turn while `work` was done, in milliseconds. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 1);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

/** Opening with 1 GB of output, beside opening an empty one. */
export async function openingBench(): Promise<void> {
  const empty = await makeHome();
  const large = await makeHome();
  try {
    await fillOutput(large, 1_000_000_000);
    const open = (home: string) => async (): Promise<number> => {
      const start = performance.now();
      const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
      const opened = performance.now() - start;
      await core.dispose();
      return opened;
    };
    await open(empty)();
    await open(large)();
    print({
      ours: { name: 'opening a database of 1 GB', unit: 'ms', samples: await sample(15, open(large)) },
      peer: { name: 'opening an empty one', unit: 'ms', samples: await sample(15, open(empty)) },
      goal: 'at most 20 ms more than the empty one',
    });
  } finally {
    await removeHome(empty);
    await removeHome(large);
  }
}

/** Random text, so that the database is as large as what is written. */
async function fillOutput(home: string, bytes: number): Promise<void> {
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
  const alphabet = Array.from({ length: 256 }, (_, i) => String.fromCharCode(0x4e00 + i * 7));
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 'large', source: '1', pythonVersion: '3.14.2' });
  let seq = 0;
  for (let written = 0; written < bytes; ) {
    const records = Array.from({ length: 16 }, () => {
      const random = crypto.getRandomValues(new Uint8Array(65_536));
      const text = Array.from(random, (byte) => alphabet[byte] ?? '').join('');
      return { seq: ++seq, timeMs: Date.now(), body: { kind: 'text', stream: 'stdout', text } as const };
    });
    await client.output.append({ runId: id, records });
    written += 16 * 65_536;
  }
  await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
  await core.dispose();
}
