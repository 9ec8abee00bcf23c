import { describe, expect, it } from 'vitest';
import { newRunId } from '../../contract/index.ts';
import { newestOf } from './newest.ts';

describe('newestOf', () => {
  const runId = newRunId();
  const created = { runId, revision: 7, phase: 'created' };
  const submitting = { runId, revision: 3, phase: 'submitting' };

  it('keeps what is known over an answer that was overtaken', () => {
    expect(newestOf(new Map([[runId, created]]), [submitting])).toEqual([created]);
  });

  it('takes what is newer, what is as new, and what is not known', () => {
    const again = { ...submitting, phase: 'queued' };
    expect(newestOf(new Map([[runId, submitting]]), [created])).toEqual([created]);
    expect(newestOf(new Map([[runId, submitting]]), [again])).toEqual([again]);
    expect(newestOf(new Map(), [submitting])).toEqual([submitting]);
  });
});
