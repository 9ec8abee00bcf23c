import { createRouterClient } from '@orpc/server';
import { afterEach, describe, expect, it } from 'vitest';
import { newClientId, newRunId, type OutputRecord } from '../../contract/index.ts';
import { createCore, type Core } from '../../main/core/core.ts';
import { makeHome, removeHome } from '../support/serverProcess.ts';

const opened: { core: Core; home: string }[] = [];
afterEach(async () => {
  for (const { core, home } of opened.splice(0)) {
    await core.dispose();
    await removeHome(home);
  }
});

async function startedRun() {
  const home = await makeHome();
  const core = await createCore({ home, host: 'test', appVersion: '0.0.0' });
  opened.push({ core, home });
  const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
  const id = newRunId();
  await client.runs.start({ id, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '3.14.2' });
  return { client, id, home };
}

function text(seq: number, content: string, more: Partial<OutputRecord> = {}): OutputRecord {
  return { seq, timeMs: 1000 + seq, body: { kind: 'text', stream: 'stdout', text: content }, ...more };
}

describe('a stored output', () => {
  it('comes back as it was, whatever is in it', async () => {
    const { client, id } = await startedRun();
    const odd = ['plain\n', 'é ÿ\n', '中文 🎉\n', 'half a pair \ud83d\n', '', '\u0000\u001b[31m', 'x'.repeat(70_000), '\n'];
    const records: OutputRecord[] = odd.map((content, i) => text(i + 1, content, i % 2 === 0 ? {} : { source: { container: 'main', attempt: i } }));
    records.push({ seq: 9, timeMs: 5, body: { kind: 'error', name: 'E', message: 'm', traceback: 'T\nE: m\n', frames: [] } });
    records.push(text(10, 'y'.repeat(70_000)), { seq: 11, timeMs: 6, body: { kind: 'note', text: 'n' } });
    await client.output.append({ runId: id, records });
    await client.runs.finish({ id, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    const page = await client.output.read({ runId: id, after: 0, maxLength: 8_000_000 });
    expect(page.records).toEqual(records);
  });

  it('says where its lines and times are', async () => {
    const { client, id } = await startedRun();
    const line = `${'z'.repeat(99)}\n`;
    for (let batch = 0; batch < 8; batch++) {
      await client.output.append({ runId: id, records: Array.from({ length: 256 }, (_, i) => text(batch * 256 + i + 1, batch % 2 === 0 ? line : line.slice(1))) });
    }
    await client.output.append({ runId: id, records: [text(8 * 256 + 1, 'open'), { seq: 8 * 256 + 2, timeMs: 9, body: { kind: 'note', text: 'n' } }] });
    const { chunks } = await client.output.index({ runId: id });
    let feeds = 0;
    for (const chunk of chunks) {
      expect(chunk.lineFeedsBefore).toBe(feeds);
      feeds += chunk.lineFeeds;
    }
    expect(feeds).toBe(8 * 256);
    expect(chunks.slice(0, -1).every((chunk) => chunk.closed && chunk.isText)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ closed: false, isText: false, firstMs: 9 });
    expect(chunks[0]).toMatchObject({ firstSeq: 1, firstMs: 1001 });
  });

  it('is searched, filtered and written out line by line though its rows are joined meanwhile', async () => {
    const { client, id } = await startedRun();
    let seq = 0;
    const add = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        seq++;
        await client.output.append({ runId: id, records: [text(seq, `line ${seq - 1} ${'w'.repeat(500)}\n`)] });
      }
    };
    await add(50);
    const searched: number[] = [];
    const filtered: number[] = [];
    const written: string[] = [];
    await Promise.all([
      (async () => {
        for await (const batch of await client.output.search({ runId: id, query: 'line' })) searched.push(...batch.matches.map(({ line }) => line));
      })(),
      (async () => {
        for await (const batch of await client.output.filter({ runId: id, filter: { query: 'line' } })) filtered.push(...batch.lines.map(({ line }) => line));
      })(),
      (async () => {
        for await (const piece of await client.output.export({ runId: id, format: 'text' })) written.push(piece.text);
      })(),
      add(400),
    ]);
    const numbers = written.join('').split('\n').slice(0, -1).map((line) => Number(line.split(' ')[1]));
    for (const lines of [searched, filtered, numbers]) {
      expect(lines.length).toBeGreaterThanOrEqual(50);
      expect(lines).toEqual(lines.map((_, i) => i));
    }
  });
});
