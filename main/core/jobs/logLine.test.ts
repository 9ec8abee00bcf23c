import { describe, expect, it } from 'vitest';
import { headOf, seqOf, timeIn } from './logLine.ts';

describe('the head of a line of the log', () => {
  it('has a number, a kind, and a time where it is told', () => {
    expect(headOf('12o hello')).toEqual({ seq: 12, kind: 'o', ms: 0, textAt: 4 });
    expect(headOf('3D@1795328454339 {}')).toEqual({ seq: 3, kind: 'D', ms: 1795328454339, textAt: 17 });
    expect(headOf('7o  @5 x')).toEqual({ seq: 7, kind: 'o', ms: 0, textAt: 3 });
  });

  it.each(['', 'o x', '0o x', '12', '12o', '12oo x', '12@5 x', '12o@ x', '12o@5', '12o@5x y', '12é x', '1234567890123456o x', `1o@${'1'.repeat(16)} x`])('is not in %j', (line) => {
    expect(headOf(line)).toBeNull();
    expect(seqOf(line)).toBe(0);
  });

  it('tells the first time from a line on, also as older runners wrote it', () => {
    expect(timeIn(['1o@5000 a', 'no number', '2o b', '3o@6000 c'], 1)).toBe(6000);
    expect(timeIn(['1t 5000', '2t 6000'], 1)).toBe(6000);
    expect(timeIn(['1t never', '2t -5', '3o@0 x'], 0)).toBeNull();
  });
});
