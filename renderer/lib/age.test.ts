import { describe, expect, it } from 'vitest';
import { ageText } from './age.ts';

describe('ageText', () => {
  it('takes the unit that fits', () => {
    const now = 10 * 86_400_000;
    const ago = (seconds: number): string => ageText(now - seconds * 1000, now);
    expect([0, 59, 60, 3599, 3600, 86_400, 2 * 86_400, 9 * 86_400].map((seconds) => ago(seconds).replace('\u00a0', ' '))).toEqual(['0 s', '59 s', '1 min', '59 min', '1 h', '24 h', '2 d', '9 d']);
  });

  it('takes a clock that is ahead for now', () => {
    expect(ageText(5000, 1000)).toBe('0\u00a0s');
  });
});
