import { describe, expect, it } from 'vitest';
import type { Leftover } from '../../contract/jobs.ts';
import { removalWords } from './removalWords.ts';

const item: Leftover = { kind: 'Job', name: 'job', uid: '1', createdMs: 0, runId: null, own: true, owner: 'ada@home', title: null, state: 'ended', uncollected: false, expiresMs: null };
const place = { name: 'prod', namespace: 'ml', production: false };

describe('removalWords', () => {
  it('says where, and nothing that is not so', () => {
    const { title, message } = removalWords([item], place);
    expect(title).toBe('Remove one object from prod/ml?');
    expect(message.split('\n')).toHaveLength(1);
  });

  it('says what is stopped, lost, and whose it is', () => {
    const { title, message } = removalWords([item, { ...item, state: 'live', owner: 'bob@work' }, { ...item, uncollected: true }], { ...place, production: true });
    expect(title).toBe('Remove 3 objects from prod/ml?');
    for (const part of ['production', 'One of them is still running', 'have not been fetched', 'ada@home, bob@work']) expect(message).toContain(part);
  });
});
