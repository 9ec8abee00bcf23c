import { describe, expect, it } from 'vitest';
import { formatByteCount, formatSeconds, parseByteCount, parseSeconds } from './amounts.ts';

describe('durations', () => {
  it('are written as they are read', () => {
    for (const seconds of [0, 1, 59, 60, 3600, 5400, 86_400, 90_061]) expect(parseSeconds(formatSeconds(seconds)), formatSeconds(seconds)).toBe(seconds);
    expect(formatSeconds(5400)).toBe('1h 30m');
  });

  it('are read as people write them', () => {
    expect(['90', '90s', ' 1H30M ', '10 min', '2 d'].map(parseSeconds)).toEqual([90, 90, 5400, 600, 172_800]);
    expect(['', 'soon', '1h later', '-5', '1.5h'].map(parseSeconds)).toEqual([null, null, null, null, null]);
  });
});

describe('byte counts', () => {
  it('are written as they are read', () => {
    for (const bytes of [0, 1500, 1024, 2 * 1024 ** 3, 1024 ** 4]) expect(parseByteCount(formatByteCount(bytes)), formatByteCount(bytes)).toBe(bytes);
  });

  it('are read as people write them', () => {
    expect(['2Gi', '500 MiB', '1.5G', '10 B', '7'].map(parseByteCount)).toEqual([2 * 1024 ** 3, 500 * 1024 ** 2, 1.5 * 1024 ** 3, 10, 7]);
    expect(['', 'much', '-1', '1 Pi'].map(parseByteCount)).toEqual([null, null, null, null]);
  });
});
