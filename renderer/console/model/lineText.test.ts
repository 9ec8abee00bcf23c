import { describe, expect, it } from 'vitest';
import { lineWidth, rowOffsets } from './charWidth.ts';
import { plainStates, resolveLine } from './lineText.ts';

function textOf(raw: string): string {
  return resolveLine([{ stream: 'stdout', text: raw }], plainStates).text;
}

describe('resolveLine', () => {
  it('redraws over what a carriage return leaves standing', () => {
    expect(textOf('progress 1\rprogress 2')).toBe('progress 2');
    expect(textOf('abcdef\rxy')).toBe('xycdef');
    expect(textOf('abcdef\rxy\x1b[K')).toBe('xy');
    expect(textOf('done\r')).toBe('done');
  });

  it('steps back by a backspace, never before the line', () => {
    expect(textOf('abc\b\bX')).toBe('aXc');
    expect(textOf('\b\b\babc')).toBe('abc');
  });

  it('shows what it does not obey as symbols', () => {
    expect(textOf('a\x07b\x1b[2Jc\x1b]52;c;aGk=\x07')).toBe('a\u2407b\u241b[2Jc\u241b]52;c;aGk=\u2407');
    expect(textOf('\x7f\x9b')).toBe('\u2421\u27e89B\u27e9');
    expect(textOf('user\u202e txt.exe\u2066')).toBe('user\u27e8U+202E\u27e9 txt.exe\u27e8U+2066\u27e9');
  });

  it('joins a sequence that lies across two records of a stream', () => {
    const line = resolveLine([{ stream: 'stdout', text: '\x1b[3' }, { stream: 'stdout', text: '1mred' }], plainStates);
    expect(line.text).toBe('red');
    expect(line.runs).toEqual([expect.objectContaining({ start: 0, end: 3, style: expect.objectContaining({ foreground: 1 }) })]);
  });

  it('keeps the colours of the streams apart', () => {
    const line = resolveLine([{ stream: 'stdout', text: '\x1b[31mred' }, { stream: 'stderr', text: 'plain' }, { stream: 'stdout', text: 'red' }], plainStates);
    expect(line.runs.map((run) => [run.stream, run.style.foreground])).toEqual([['stdout', 1], ['stderr', null], ['stdout', 1]]);
  });

  it('covers its whole text with runs, whatever comes', () => {
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    const pieces = ['\r', '\b', '\t', '\x1b[1m', '\x1b[0K', '\x1b[1K', '\x1b[2K', '\x1b', 'abc', '日本', '\u0301', '\ud800', '🎉', '\u202e', '\0'];
    for (let round = 0; round < 500; round++) {
      const raw = Array.from({ length: 15 }, () => pieces[next(pieces.length)] ?? '').join('');
      const { text, runs } = resolveLine([{ stream: 'stdout', text: raw }], plainStates);
      let at = 0;
      for (const run of runs) {
        expect(run.start).toBe(at);
        at = run.end;
      }
      expect(at).toBe(text.length);
      expect(text).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f\u202a-\u202e]/);
    }
  });
});

describe('rowOffsets', () => {
  it('breaks by columns: wide characters count two, marks none, tabs to their stop', () => {
    expect(rowOffsets('abcdefgh', true, 3)).toEqual([0, 3, 6]);
    expect(rowOffsets('', true, 3)).toEqual([0]);
    expect(rowOffsets('日本語', false, 4)).toEqual([0, 2]);
    expect(lineWidth('e\u0301', false)).toBe(1);
    expect(lineWidth('a\tb', false)).toBe(9);
    expect(lineWidth('🎉', false)).toBe(2);
  });
});
