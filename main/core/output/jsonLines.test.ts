import { array, assert, boolean, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutputRecord } from '../../../contract/output.ts';
import { encodeChunk, encodings } from './codec.ts';
import { packColumns } from './columns.ts';
import { jsonLines, Written } from './jsonLines.ts';
import { LineReader } from './lines.ts';
import { LineWriter } from './lineWriter.ts';

function recordsOf(texts: readonly string[], more: Partial<OutputRecord> = {}): OutputRecord[] {
  return texts.map((text, i) => ({ seq: i + 1, timeMs: 1_790_000_000_000 + (i >> 1) * 1000, body: { kind: 'text', stream: i % 3 === 0 ? 'stderr' : 'stdout', text }, ...more }));
}

function write(records: readonly OutputRecord[], place: { line: number; isOpen: boolean }, written = new Written()) {
  const lines = jsonLines(Buffer.from(packColumns(records)), place, written);
  return lines === null ? null : { ...lines, text: written.bytes.toString('latin1', lines.start, lines.end) };
}

const pieces = constantFrom('plain line\n', '\n', 'say "x"\n', 'back\\slash\\\n', String.raw`\n` + '\n', '\ttab\n', 'cr\r\n', '\u0000\u007f\n', 'open ', '\\', 'x'.repeat(70));

describe('lines of JSON from columns', () => {
  it('are what a writer of lines writes, whatever stands about them', () => {
    const texts = array(array(pieces, { maxLength: 4 }).map((parts) => parts.join('')), { minLength: 1, maxLength: 12 });
    assert(
      property(texts, boolean(), constantFrom(0, 7, 98, 9_998), record({ attempt: nat(2) }), (parts, isOpen, line, { attempt }) => {
        const records = recordsOf(parts).map((one, i) => (attempt > 0 && i > 1 ? { ...one, source: { container: 'main', attempt } } : one));
        const lines = write(records, { line, isOpen });
        if (lines === null) return;
        const before: OutputRecord = { seq: 1, timeMs: 5, body: { kind: 'text', stream: 'stdin', text: isOpen ? 'begun ' : 'done\n' } };
        const following = records.map((one) => ({ ...one, seq: one.seq + 1 }));
        const [expected, given] = [new LineWriter('ndjson', null), new LineWriter('ndjson', null)];
        const start = encodeChunk([before], encodings.columns, true);
        const chunk = encodeChunk(following, encodings.columns, !isOpen);
        const begin = { after: 0, line: isOpen ? line : line - 1, isInside: false };
        const [first, passing] = [new LineReader(begin), new LineReader(begin)];
        first.read(start, expected.line);
        first.read(chunk, expected.line, expected.lines);
        passing.read(start, given.line);
        expect(passing.place).toEqual({ line, isOpen });
        passing.pass(chunk, lines, given.line);
        given.add(Uint8Array.from(Buffer.from(lines.text, 'latin1')));
        expect(passing.place).toEqual(first.place);
        first.end(expected.line);
        passing.end(given.line);
        expect(given.take().join('')).toBe(expected.take().join(''));
      }),
      { numRuns: 1000 },
    );
  });

  it('count on in their place', () => {
    const text = Array.from({ length: 1100 }, (_, i) => `line ${i}\n`).join('');
    const lines = write(recordsOf([text]), { line: 0, isOpen: false });
    expect(lines?.text.split('\n').slice(0, -1).map((one) => JSON.parse(one))).toEqual(
      Array.from({ length: 1100 }, (_, i) => ({ line: i + 1, time: '2026-09-21T14:13:20.000Z', stream: 'stderr', text: `line ${i}` })),
    );
  });

  it('of several chunks follow each other', () => {
    const written = new Written();
    const one = write(recordsOf(['a\nb']), { line: 0, isOpen: false }, written);
    const other = write(recordsOf(['c\nd\n']), { line: 1, isOpen: true }, written);
    expect([one?.head, one?.open?.text, one?.text.length]).toEqual([null, 'b', one?.end]);
    expect([other?.start, other?.head, other?.open]).toEqual([one?.end, 'c', null]);
  });

  it('are left to the writer where there is anything else', () => {
    const place = { line: 0, isOpen: false };
    for (const text of ['\u001b[31mred\u001b[0m\n', 'é\n', '中\n', '\u009b31mc1\n', 'no end', '']) expect(write(recordsOf([text]), place)).toBeNull();
    expect(write(recordsOf(['only an end\n']), { line: 3, isOpen: true })).toBeNull();
    expect(write([...recordsOf(['text\n']), { seq: 2, timeMs: 1, body: { kind: 'note', text: 'n' } }], place)).toBeNull();
  });
});
