import { createRouterClient } from '@orpc/server';
import { array, assert, asyncProperty, constantFrom, record } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClientId, newRunId, type ExportFormat, type OutputBody, type OutputRecord } from '../../contract/index.ts';
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

const pieces = constantFrom('plain\n', 'a, b\n', 'say "x"\n', 'back\\slash\n', '\\n\n', '\\', '\\\\\n', '=1+1\n', '\ttab\n', 'cr\r\n', '\u001b[31mred\u001b[0m\n', '\u009b31mc1\n', 'é ÿ\n', '中 🎉\n', '\ud83d\n', '\udf89', '\u2028\n', '\u0000\n', '\n', 'open ', '-', '@at', ',', '"');
const texts = array(pieces, { maxLength: 9 }).map((parts) => parts.join(''));
const bodies = array(record({ text: texts, stream: constantFrom('stdout' as const, 'stderr' as const), kind: constantFrom('text', 'text', 'text', 'note', 'error'), times: constantFrom(1, 1, 3000) }), { minLength: 1, maxLength: 12 });

interface Line {
  text: string;
  time: string;
  stream: string;
  attempt: number | undefined;
}

/** What lines an output has, told in the plainest way. */
function linesOf(records: readonly OutputRecord[]): Line[] {
  const lines: Line[] = [];
  let open: Line | null = null;
  for (const { body, timeMs, source } of records) {
    const text = body.kind === 'text' ? body.text : body.kind === 'error' ? body.traceback : '';
    for (const part of text.split(/(?<=\n)/).filter((one) => one !== '')) {
      open ??= { text: '', time: new Date(timeMs).toISOString(), stream: body.kind === 'text' ? body.stream : 'stderr', attempt: source?.attempt };
      open.text += part;
      if (!part.endsWith('\n')) continue;
      lines.push(open);
      open = null;
    }
  }
  return (open === null ? lines : [...lines, open]).map((line) => ({ ...line, text: line.text.replace(/\n$/, '').replace(/\u001b\[[\d;]*m|[\u001b\u0080-\u009f]/g, '') }));
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

describe('an export', () => {
  it('has each line with its number, time, stream and source, and nothing that a terminal or a spreadsheet would obey', { timeout: 120_000 }, async () => {
    await assert(
      asyncProperty(bodies, constantFrom('', 'filling of a line\n'.repeat(3000)), async (parts, filling) => {
        const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
        const runId = newRunId();
        await client.runs.start({ id: runId, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '3.14.2' });
        const records = parts.map(({ text, stream, kind, times }, i): OutputRecord => {
          const body: OutputBody = kind === 'text' ? { kind, stream, text: text + filling } : kind === 'note' ? { kind, text } : { kind: 'error', name: 'E', message: '', traceback: text, frames: [] };
          return { seq: i + 1, timeMs: 1000 + i * times, body, ...(i % 3 === 0 ? {} : { source: { container: 'm', attempt: i } }) };
        });
        for (const one of records) await client.output.append({ runId, records: [one] });
        const written = async (format: ExportFormat): Promise<string> => {
          let text = '';
          for await (const piece of await client.output.export({ runId, format })) text += piece.text;
          return text;
        };
        const lines = linesOf(records);
        const source = ({ attempt }: Line): object => (attempt === undefined ? {} : { container: 'm', attempt });
        expect(await written('ndjson')).toBe(lines.map((line, i) => `${JSON.stringify({ line: i + 1, time: line.time, stream: line.stream, ...source(line), text: line.text })}\n`).join(''));
        const rows = lines.map((line, i) => `${i + 1},${line.time},${line.stream},${line.attempt === undefined ? ',' : `m,${line.attempt}`},${cell(line.text)}\r\n`);
        expect(await written('csv')).toBe(`line,time,stream,container,attempt,text\r\n${rows.join('')}`);
      }),
      { numRuns: 120 },
    );
  });

  it('of a long output is the same whichever thread writes it', { timeout: 120_000 }, async () => {
    const client = createRouterClient(core.router, { context: { clientId: newClientId() } });
    const runId = newRunId();
    await client.runs.start({ id: runId, engine: 'local', mode: 'file', title: 't', source: '1', pythonVersion: '3.14.2' });
    const long = Array.from({ length: 60_000 }, (_, i) => `line ${i} says ${i % 7 === 0 ? '"x" \\n' : 'nothing'}${i % 9000 === 5 ? ' é 中 \u001b[1m!' : ''} and goes on for a while, so that there are many chunks\n`).join('');
    const records: OutputRecord[] = [];
    // Records end where they like.
    for (let at = 0; at < long.length; at += 40_011) records.push({ seq: records.length + 1, timeMs: 1000 + records.length, body: { kind: 'text', stream: 'stdout', text: long.slice(at, at + 40_011) } });
    for (let at = 0; at < records.length; at += 4) await client.output.append({ runId, records: records.slice(at, at + 4) });
    await client.runs.finish({ id: runId, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
    const lines = linesOf(records);
    const expected = lines.map((line, i) => `${JSON.stringify({ line: i + 1, time: line.time, stream: line.stream, text: line.text })}\n`).join('');
    for (let i = 0; i < 4; i++) {
      let text = '';
      for await (const piece of await client.output.export({ runId, format: 'ndjson' })) text += piece.text;
      expect(text === expected).toBe(true);
    }
  });
});
