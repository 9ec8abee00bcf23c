import { describe, expect, it } from 'vitest';
import { newRunId } from '../../contract/ids.ts';
import type { ExportFormat, ExportPiece, FilterBatch, FilteredLine, OutputFilter, OutputMatch, OutputRecord } from '../../contract/output.ts';
import { finishInput, startRun, textRecord, type Fixture } from './served.ts';

export function outputSuite(fixture: () => Fixture): void {
  describe('output', () => {
    it('gives back every kind of record, in order and unchanged', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      const bodies: OutputRecord['body'][] = [
        { kind: 'text', stream: 'stdout', text: 'a\u{1F600}\0\u001b[31mred\r\n' },
        { kind: 'text', stream: 'stderr', text: 'no line feed' },
        { kind: 'text', stream: 'stdin', text: 'typed\n' },
        { kind: 'display', bundle: { 'text/plain': 'fig', 'application/json': { a: [1, null, { b: true }] } }, displayId: 'd', update: true },
        { kind: 'result', bundle: { 'text/plain': '42' } },
        { kind: 'error', name: 'E', message: 'm', traceback: 'Traceback\nE: m\n', frames: [{ file: 'f', line: 1, name: 'g' }] },
        { kind: 'note', text: 'cut' },
      ];
      const records = bodies.map((body, i) => ({ seq: i + 1, timeMs: i, body }));
      expect(await first.output.append({ runId, records })).toEqual({ lastSeq: 7 });
      expect(await first.output.read({ runId, after: 0 })).toEqual({ records, lastSeq: 7, finished: false });
      await first.runs.finish(finishInput(runId));
      expect(await first.output.read({ runId, after: 0 })).toEqual({ records, lastSeq: 7, finished: true });
    });

    it('ignores what it has, refuses a gap, and refuses other windows and ended runs', async () => {
      const { first, second } = fixture();
      const runId = await startRun(first);
      await first.output.append({ runId, records: [textRecord(1, 'one\n'), textRecord(2, 'two\n')] });
      expect(await first.output.append({ runId, records: [textRecord(2, 'other'), textRecord(3, 'three\n')] })).toEqual({ lastSeq: 3 });
      await expect(first.output.append({ runId, records: [textRecord(5, 'five')] })).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(first.output.append({ runId, records: [textRecord(4, 'a'), textRecord(6, 'b')] })).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(second.output.append({ runId, records: [textRecord(4, 'x')] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(first.output.append({ runId: newRunId(), records: [textRecord(1, 'x')] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(first.output.append({ runId, records: [] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      const { records } = await first.output.read({ runId, after: 0 });
      expect(records.map(({ body }) => (body.kind === 'text' ? body.text : ''))).toEqual(['one\n', 'two\n', 'three\n']);
      await first.runs.finish(finishInput(runId));
      expect(await first.output.append({ runId, records: [textRecord(3, 'three\n')] })).toEqual({ lastSeq: 3 });
      await expect(first.output.append({ runId, records: [textRecord(4, 'late')] })).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('waits for what is not there yet', async () => {
      const { first, second } = fixture();
      const runId = await startRun(first);
      const waiting = second.output.read({ runId, after: 0, waitMs: 30_000 });
      await first.output.append({ runId, records: [textRecord(1, 'here\n')] });
      expect(await waiting).toMatchObject({ records: [textRecord(1, 'here\n')], finished: false });
      const end = second.output.read({ runId, after: 1, waitMs: 30_000 });
      await first.runs.finish(finishInput(runId));
      expect(await end).toEqual({ records: [], lastSeq: 1, finished: true });
    });

    it('waits no longer than asked, and ends when the call is cancelled', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      expect(await first.output.read({ runId, after: 0, waitMs: 20 })).toEqual({ records: [], lastSeq: 0, finished: false });
      const stop = new AbortController();
      const waiting = first.output.read({ runId, after: 0, waitMs: 60_000 }, { signal: stop.signal }).then(() => 'ended', () => 'ended');
      stop.abort();
      expect(await waiting).toBe('ended');
      await expect(first.output.read({ runId: newRunId(), after: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('pages through a long output, and its index tells the pages', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      const line = `${'x'.repeat(66)}\n`;
      for (let seq = 1; seq <= 60; seq += 20) {
        const records = Array.from({ length: 20 }, (_, i) => textRecord(seq + i, line.repeat(200)));
        await first.output.append({ runId, records });
      }
      const texts: number[] = [];
      let after = 0;
      do {
        const page = await first.output.read({ runId, after, maxLength: 50_000 });
        expect(page.records.length).toBeGreaterThan(0);
        texts.push(...page.records.map(({ seq }) => seq));
        after = texts.at(-1) ?? 0;
      } while (after < 60);
      expect(texts).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
      const index = await first.output.index({ runId });
      expect(index).toMatchObject({ lastSeq: 60, finished: false });
      const starts = index.chunks.map((chunk) => chunk.firstSeq);
      expect(starts).toEqual([1, ...index.chunks.slice(0, -1).map((chunk) => chunk.lastSeq + 1)]);
      expect(index.chunks.reduce((sum, chunk) => sum + chunk.lineFeeds, 0)).toBe(12_000);
      expect(index.chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(12_000 * 67);
      await expect(first.output.index({ runId: newRunId() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('reads the end of a long output, and tells where all before it is', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      const line = `${'x'.repeat(66)}\n`;
      for (let seq = 1; seq <= 60; seq += 20) await first.output.append({ runId, records: Array.from({ length: 20 }, (_, i) => textRecord(seq + i, line.repeat(200))) });
      const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);
      const { records, lastSeq, finished } = await first.output.read({ runId, after: 0, maxLength: 300_000, tailLength: 20_000 });
      expect([lastSeq, finished, records.at(-1)?.seq]).toEqual([60, false, 60]);
      const before = records[0]?.seq ?? 0;
      expect(before).toBeGreaterThan(40);
      expect(records.length).toBe(61 - before);
      const outline = await first.output.outline({ runId, before });
      expect(outline.lastSeq.at(-1)).toBe(before - 1);
      expect(sum(outline.length)).toBe((before - 1) * 200 * 67);
      expect(sum(outline.lineFeeds)).toBe((before - 1) * 200);
      expect(new Set(outline.flags)).toEqual(new Set([3]));
      // From and up to within a stretch.
      const part = await first.output.outline({ runId, after: 31, before: 35 });
      expect([part.lastSeq.at(-1), sum(part.length), sum(part.lineFeeds)]).toEqual([34, 3 * 200 * 67, 600]);
      const whole = await first.output.read({ runId, after: 30, tailLength: 1 });
      expect(whole.records.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, i) => 31 + i));
      await expect(first.output.outline({ runId: newRunId() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('says whether an output is complete', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      expect(await first.output.completeness({ runId })).toEqual({ state: 'open', gaps: [] });
      await first.runs.finish({ id: runId, status: 'succeeded', exitCode: 0, durationMs: 1, peakMemoryBytes: null, error: null });
      expect(await first.output.completeness({ runId })).toEqual({ state: 'complete', gaps: [] });
      await expect(first.output.completeness({ runId: newRunId() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('searches the whole output', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      await first.output.append({ runId, records: [textRecord(1, 'first nee'), textRecord(2, 'dle\nNeedle (2) needle\n'), textRecord(3, 'last needle')] });
      type Query = Omit<Parameters<typeof first.output.search>[0], 'runId'>;
      const search = async (query: Query) => {
        const matches: OutputMatch[] = [];
        let truncated = false;
        for await (const batch of await first.output.search({ runId, ...query })) {
          matches.push(...batch.matches);
          truncated = batch.truncated;
        }
        return { places: matches.map(({ seq, line, start, length }) => [seq, line, start, length]), truncated, matches };
      };
      expect((await search({ query: 'needle' })).places).toEqual([[1, 0, 6, 6], [2, 1, 0, 6], [2, 1, 11, 6], [3, 2, 5, 6]]);
      expect((await search({ query: 'Needle', matchCase: true })).matches).toEqual([{ seq: 2, line: 1, text: 'Needle (2) needle', start: 0, length: 6 }]);
      expect((await search({ query: '(2)' })).places).toEqual([[2, 1, 7, 3]]);
      expect((await search({ query: '^n\\w+', regex: true })).places).toEqual([[2, 1, 0, 6]]);
      expect(await search({ query: 'needle', maxMatches: 2 })).toMatchObject({ truncated: true, places: [[1, 0, 6, 6], [2, 1, 0, 6]] });
      expect((await search({ query: 'x*', regex: true })).places).toEqual([]);
      await expect(search({ query: '(', regex: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(search({ query: '' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('filters the whole output, with lines around and a count', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      const lines = Array.from({ length: 1000 }, (_, i) => `${i % 100 === 7 ? 'ERROR' : 'INFO'} line ${i}\n`);
      const records = lines.map((text, i): OutputRecord => ({
        seq: i + 1, timeMs: 1000 + i, body: { kind: 'text', stream: i % 2 === 0 ? 'stdout' : 'stderr', text },
        ...(i < 500 ? {} : { source: { container: 'main', attempt: 2 } }),
      }));
      for (let at = 0; at < records.length; at += 250) await first.output.append({ runId, records: records.slice(at, at + 250) });
      const filter = async (wanted: Partial<OutputFilter>, more: { context?: number; maxLines?: number } = {}) => {
        const found: FilteredLine[] = [];
        let last: FilterBatch | undefined;
        for await (const batch of await first.output.filter({ runId, filter: wanted, ...more })) {
          found.push(...batch.lines);
          last = batch;
        }
        return { numbers: found.map(({ line }) => line), found, last };
      };
      const errors = await filter({ levels: ['error'] });
      expect(errors.numbers).toEqual([7, 107, 207, 307, 407, 507, 607, 707, 807, 907]);
      expect(errors.last).toMatchObject({ matched: 10, scannedLines: 1000, done: true, truncated: false, sources: [{ container: 'main', attempt: 2 }] });
      expect(errors.last?.map.reduce((sum, count) => sum + count)).toBe(10);
      expect(errors.found[6]).toEqual({ line: 607, seq: 608, timeMs: 1607, stream: 'stderr', source: { container: 'main', attempt: 2 }, text: 'ERROR line 607', isMatch: true });
      expect((await filter({ query: 'LINE 50\\d$', regex: true, streams: ['stdout'] }, { context: 1 })).numbers).toEqual([499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 509]);
      expect((await filter({ query: 'line 5', matchCase: true, fromMs: 1500, toMs: 1503 })).numbers).toEqual([500, 501, 502]);
      expect((await filter({ sources: [{ container: 'main', attempt: 2 }] }, { maxLines: 3 })).last).toMatchObject({ matched: 500, truncated: true });
      expect((await filter({ sources: [{ container: 'main', attempt: 1 }] })).numbers).toEqual([]);
      await expect(filter({ query: '(', regex: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('writes an output out in three formats, whole or filtered', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      await first.output.append({
        runId,
        records: [
          textRecord(1, '=1+1\n\u001b[31mred\u001b[0m, "quoted"\nhalf '),
          textRecord(2, 'a line\n'),
          { seq: 3, timeMs: 5, body: { kind: 'note', text: 'a note' } },
          { seq: 4, timeMs: 5, body: { kind: 'result', bundle: { 'text/plain': '42' } } },
          { seq: 5, timeMs: 5, body: { kind: 'error', name: 'E', message: 'm', traceback: 'T\nE: m', frames: [] } },
        ],
      });
      const written = async (format: ExportFormat, filter?: Partial<OutputFilter>) => {
        let text = '';
        let last: ExportPiece | undefined;
        for await (const piece of await first.output.export({ runId, format, ...(filter === undefined ? {} : { filter }) })) {
          text += piece.text;
          last = piece;
        }
        expect(last?.readLength).toBe(last?.totalLength);
        return text;
      };
      expect(await written('text')).toBe('=1+1\nred, "quoted"\nhalf a line\n[a note]\n42\nT\nE: m\n');
      expect(await written('text', { query: 'line' })).toBe('half a line\n');
      expect((await written('csv')).split('\r\n')).toEqual([
        'line,time,stream,container,attempt,text',
        expect.stringMatching(/^1,\d{4}-[^,]+Z,stdout,,,'=1\+1$/),
        expect.stringMatching(/^2,[^,]+,stdout,,,"red, ""quoted"""$/),
        expect.stringMatching(/^3,[^,]+,stdout,,,half a line$/),
        expect.stringMatching(/^4,[^,]+,stderr,,,T$/),
        expect.stringMatching(/^5,[^,]+,stderr,,,E: m$/),
        '',
      ]);
      const objects = (await written('ndjson')).trimEnd().split('\n').map((line): unknown => JSON.parse(line));
      expect(objects).toHaveLength(5);
      expect(objects[4]).toEqual({ line: 5, time: '1970-01-01T00:00:00.005Z', stream: 'stderr', text: 'E: m' });
    });

    it('writes out nothing that a terminal would obey, and hides no text with it', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      // Clipboard, link, title, C1, a sequence that goes over two records, one that never ends, an escape at the very end.
      const odd = ['\u001b]52;c;aGk=\u0007copy', ' \u001b]8;;https://e.example\u001b\\link\u001b]8;;\u001b\\', ' \u009b31mc1\u0090q\u009c', ' \u001b[3'];
      await first.output.append({ runId, records: [textRecord(1, odd.join('')), textRecord(2, '1mred \u001b]0;never ended\nnext\n'), textRecord(3, 'end\u001b')] });
      for (const format of ['text', 'ndjson', 'csv'] as const) {
        let text = '';
        for await (const piece of await first.output.export({ runId, format })) text += format === 'ndjson' ? piece.text.replaceAll('\\u', '\\\\u') : piece.text;
        expect(text).not.toMatch(/[\u001b\u0080-\u009f]|\\u001b|\\u009/);
        for (const kept of ['copy', 'link', 'c1', 'red', 'never ended', 'next', 'end']) expect(text).toContain(kept);
        expect(text).not.toContain('aGk=');
      }
    });

    it('ends a regular expression that would take for ever, and does other work meanwhile', async () => {
      const { first } = fixture();
      const runId = await startRun(first);
      await first.output.append({ runId, records: [textRecord(1, `${'a'.repeat(60)}!\n`)] });
      const search = async () => {
        for await (const _ of await first.output.search({ runId, query: '^(a+)+$', regex: true }));
      };
      await expect(search()).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('too long') });
    });
  });
}
