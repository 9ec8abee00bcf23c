import { describe, expect, it } from 'vitest';
import { emptyForm, filterOf, isFiltering, sourceName } from './filterForm.ts';
import { addLines } from './filterRun.ts';
import { ConsoleLog } from './model/consoleLog.ts';

describe('the filter that a form asks for', () => {
  const sources = [{ container: 'main', attempt: 1 }, { container: 'main', attempt: 2 }];

  it('has a condition for each field that is filled in', () => {
    expect(filterOf(emptyForm, [], 0)).toEqual({ filter: { query: '', regex: false, matchCase: false } });
    expect(filterOf({ ...emptyForm, level: 'warning', stream: 'stderr', source: 'main, attempt 2', from: '+1', to: '+2.5' }, sources, 1000)).toEqual({
      filter: { query: '', regex: false, matchCase: false, levels: ['warning', 'error', 'critical'], streams: ['stderr'], sources: [sources[1]], fromMs: 2000, toMs: 3500 },
    });
    expect(filterOf({ ...emptyForm, level: 'unknown', source: 'gone' }, sources, 0)).toMatchObject({ filter: { levels: ['unknown'] } });
    expect(sources.map(sourceName)).toEqual(['main, attempt 1', 'main, attempt 2']);
  });

  it('says which time it does not understand', () => {
    expect(filterOf({ ...emptyForm, from: 'noon' }, [], 0)).toEqual({ fault: expect.stringContaining('"noon" is no time') });
    expect(filterOf({ ...emptyForm, to: '12' }, [], 0)).toEqual({ fault: expect.stringContaining('"12"') });
  });

  it('may leave nothing out', () => {
    const base = { query: '', regex: true, matchCase: true };
    expect(isFiltering(base)).toBe(false);
    expect(isFiltering({ ...base, query: 'a' })).toBe(true);
    expect(isFiltering({ ...base, toMs: 1 })).toBe(true);
  });
});

describe('filtered lines', () => {
  it('become a log of their own, with marks where lines are left out', () => {
    const state = { log: new ConsoleLog(), lines: [] };
    const line = (number: number) => ({ line: number, seq: number + 1, timeMs: number, stream: 'stdout' as const, text: `line ${number}`, isMatch: true });
    addLines(state, [line(3), line(4)], 1);
    addLines(state, [line(9)], 1);
    expect(state.lines).toEqual([3, 4, null, 9]);
    expect(state.log.blocks.map((block) => (block.kind === 'text' ? block.text : ''))).toEqual(['line 3\nline 4\n\u22ef\nline 9\n']);
    const plain = { log: new ConsoleLog(), lines: [] };
    addLines(plain, [line(3), line(9)], 0);
    expect(plain.lines).toEqual([3, 9]);
  });
});
