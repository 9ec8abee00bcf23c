import { describe, expect, it } from 'vitest';
import type { OutputRecord } from '../../../contract/output.ts';
import type { ColumnRow } from './columns.ts';
import { LineScanner } from './scan.ts';

function text(seq: number, content: string): OutputRecord {
  return { seq, timeMs: 1, body: { kind: 'text', stream: 'stdout', text: content } };
}

function scanner(query: string, options: { regex?: boolean; matchCase?: boolean } = {}): LineScanner {
  return new LineScanner({ query, regex: options.regex ?? false, matchCase: options.matchCase ?? false });
}

describe('LineScanner', () => {
  it('looks at lines that go over records, and at tracebacks', () => {
    const scan = scanner('needle');
    expect(scan.push([text(1, 'a nee'), { seq: 2, timeMs: 1, body: { kind: 'note', text: 'needle' } }, text(3, 'd')], 10)).toEqual([]);
    const error: OutputRecord = { seq: 4, timeMs: 1, body: { kind: 'error', name: 'E', message: '', traceback: 'le\nE: needle\n', frames: [] } };
    expect(scan.push([error], 10)).toEqual([
      { seq: 1, line: 0, text: 'a needle', start: 2, length: 6 },
      { seq: 4, line: 1, text: 'E: needle', start: 3, length: 6 },
    ]);
    expect(scan.lines).toBe(2);
    expect(scan.end(10)).toEqual([]);
  });

  it('has no special characters in a plain query', () => {
    for (const query of ['.*', '[a]', 'a|b', '$^', '\\d', '(', '{2}', 'a-b/c']) {
      expect(scanner(query).push([text(1, `x ${query} y\n`), text(2, 'aab 12\n')], 10)).toMatchObject([{ seq: 1, start: 2, length: query.length }]);
    }
  });

  /** The same lines as records and as a chunk, each line in a record of its own. */
  function bothWays(query: string, lines: readonly string[]): [number, number, string][] {
    const records = lines.map((line, i) => text(i + 1, `${line}\n`));
    const one = scanner(query, { regex: true }).push(records, 1000);
    let start = 0;
    const rows = lines.map((line, i): ColumnRow => ({ seq: i + 1, timeMs: 1, stream: 'stdout', start: (start += line.length + 1) - line.length - 1, length: line.length + 1, source: undefined }));
    const other = scanner(query, { regex: true }).pushText({ text: lines.map((line) => `${line}\n`).join(''), rows: () => rows }, lines.length, 1000);
    expect(other).toEqual(one);
    return one.map(({ line, seq, start: at, length, text: found }) => {
      expect(seq).toBe(line + 1);
      return [line, at, found.slice(at, at + length)];
    });
  }

  it('finds nothing where a regular expression matches nothing, and goes on behind it', () => {
    for (const query of ['^', '$', '', '\\b', 'x*$']) expect(bothWays(query, ['one', '', 'two'])).toEqual([]);
    expect(bothWays('x*', ['axx', '', '👧x'])).toEqual([[0, 1, 'xx'], [2, 2, 'x']]);
    expect(bothWays('^.*$', ['one', '', 'two'])).toEqual([[0, 0, 'one'], [2, 0, 'two']]);
    expect(bothWays('\\p{L}*', ['👧ab', 'c'])).toEqual([[0, 2, 'ab'], [1, 0, 'c']]);
  });

  it('looks at lines as they are read: without colours, and without the return of a line of Windows', () => {
    const lines = ['plain key=value', '\u001b[36mkey\u001b[0m=\u001b[35mva\u001b[1mlue\u001b[0m\r', '', 'no \u001b[31mmatch\u001b[0m', '\u001b[Kkey=value'];
    expect(bothWays('key=value$', lines)).toEqual([[0, 6, 'key=value'], [1, 0, 'key=value'], [4, 0, 'key=value']]);
    expect(bothWays('\\[3\\dm', lines)).toEqual([]);
  });

  it('cuts long lines around the match', () => {
    const [match] = scanner('needle').push([text(1, `${'x'.repeat(1000)}needle${'y'.repeat(1000)}\n`)], 10);
    expect(match).toMatchObject({ start: 1000, length: 6 });
    expect(match?.text).toHaveLength(500);
    expect(match?.text).toContain('needle');
  });

  it('does not keep a line that never ends', () => {
    const scan = scanner('needle');
    const matches = [];
    for (let seq = 1; seq <= 8; seq++) matches.push(...scan.push([text(seq, `${'x'.repeat(200_000)}needle`)], 10));
    matches.push(...scan.push([text(9, 'needle\nneedle')], 10), ...scan.end(10));
    expect(matches.map(({ line, start }) => [line, start])).toEqual([...Array.from({ length: 8 }, (_, i) => [0, (i + 1) * 200_000 + i * 6]), [0, 1_600_048], [1, 0]]);
  });

  it('stops at the limit, and passes over what cannot be read', () => {
    expect(scanner('a').push([text(1, 'aaa\naaa\n'), text(2, 'a\n')], 4)).toHaveLength(4);
    const scan = scanner('a');
    scan.push([text(1, 'x\nunfinished a')], 10);
    expect(scan.skip(5, 10)).toMatchObject([{ line: 1 }]);
    expect(scan.push([text(9, 'a\n')], 10)).toMatchObject([{ line: 6 }]);
  });

  it('refuses a regular expression that does not compile or does not end', () => {
    expect(() => scanner('(', { regex: true })).toThrow('The regular expression cannot be used: unterminated group.');
    const start = performance.now();
    expect(() => scanner('(a*)*b', { regex: true }).push([text(1, `${'a'.repeat(100)}\n`)], 10)).toThrow(/too long on line 1/);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('knows case when asked', () => {
    expect(scanner('Ab', { matchCase: true }).push([text(1, 'ab Ab\n')], 10)).toMatchObject([{ start: 3 }]);
    expect(scanner('ÄB').push([text(1, 'äb\n')], 10)).toHaveLength(1);
    expect(scanner('^b', { regex: true }).push([text(1, 'a\nb\n')], 10)).toMatchObject([{ line: 1 }]);
  });
});
