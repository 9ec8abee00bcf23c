import { describe, expect, it } from 'vitest';
import { ClientId, newClientId, newId, newRunId, newTabId, RunId, TabId } from './ids.ts';

describe('ids', () => {
  it('are valid for their schemas', () => {
    expect(RunId.parse(newRunId())).toHaveLength(26);
    expect(TabId.parse(newTabId())).toHaveLength(26);
    expect(ClientId.parse(newClientId())).toHaveLength(26);
  });

  it('sort by time as text', () => {
    const times = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 2 ** 47];
    const ids = times.map((time) => newId(time));
    expect([...ids].sort()).toEqual(ids);
  });

  it('do not repeat within a millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newRunId(5))).size).toBe(10_000);
  });

  it.each(['', 'x', newId().toUpperCase(), `${newId()}0`, newId().replace(/.$/, 'u'), `${newId()}\n`])('refuses %j', (text) => {
    expect(RunId.safeParse(text).success).toBe(false);
  });
});
