import { describe, expect, it } from 'vitest';
import { completenessText, gapText } from './completenessText.ts';

describe('completeness in words', () => {
  it('names a gap by its times, lines and reason', () => {
    const fromMs = new Date(2026, 1, 3, 10, 2, 11).getTime();
    expect(gapText({ afterSeq: 1, lines: 1500, fromMs, toMs: fromMs + 29_000, reason: 'rotated' })).toMatch(/^Gap 10:02:11.*–10:02:40.*, 1[.,\s ]?500 lines: log rotated while disconnected$/);
    expect(gapText({ afterSeq: 1, lines: 1, fromMs: null, toMs: null, reason: 'rotated' })).toBe('Gap, 1 line: log rotated while disconnected');
    expect(gapText({ afterSeq: 1, lines: null, fromMs: null, toMs: fromMs, reason: 'copyUnreadable' })).toMatch(/^Gap \?–10:02:11.*: log rotated while disconnected, and/);
  });

  it('says whether all is there', () => {
    expect(completenessText({ state: 'complete', gaps: [] })).toBe('Output complete');
    expect(completenessText({ state: 'open', gaps: [] })).toBeNull();
    const gap = { afterSeq: 1, lines: 1, fromMs: null, toMs: null, reason: 'rotated' as const };
    expect(completenessText({ state: 'gaps', gaps: [gap] })).toContain('one stretch');
    expect(completenessText({ state: 'gaps', gaps: [gap, gap] })).toContain('2 stretches');
    expect(completenessText({ state: 'open', gaps: [gap] })).toBe('Output has gaps');
    expect(completenessText({ state: 'endUnknown', gaps: [] })).toContain('may be missing');
  });
});
