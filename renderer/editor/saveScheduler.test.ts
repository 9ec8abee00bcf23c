import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSaveScheduler } from './saveScheduler.ts';

type Id = 'a' | 'b';

function setUp(save: (id: Id) => Promise<void>) {
  const statuses: string[] = [];
  const scheduler = createSaveScheduler<Id>({
    save,
    timing: { delayMs: 400, maxDelayMs: 1000 },
    retryMs: 2000,
    onStatus: (status) => {
      if (statuses.at(-1) !== status) statuses.push(status);
    },
  });
  return { scheduler, statuses };
}

describe('createSaveScheduler', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('saves once after the last of many touches', async () => {
    const save = vi.fn<(id: Id) => Promise<void>>(async () => {});
    const { scheduler, statuses } = setUp(save);
    for (let i = 0; i < 3; i++) {
      scheduler.touch('a');
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(save).toHaveBeenCalledExactlyOnceWith('a');
    expect(scheduler.isPending()).toBe(false);
    expect(statuses).toEqual(['pending', 'kept']);
  });

  it('saves within a second while touches never pause', async () => {
    const save = vi.fn<(id: Id) => Promise<void>>(async () => {});
    const { scheduler } = setUp(save);
    for (let i = 0; i < 25; i++) {
      scheduler.touch('a');
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(save.mock.calls.length).toBeGreaterThanOrEqual(2);
  });

  it('lets a sooner timing win over a later one, whichever comes first', async () => {
    const save = vi.fn<(id: Id) => Promise<void>>(async () => {});
    const { scheduler } = setUp(save);
    scheduler.touch('a');
    scheduler.touch('a', { delayMs: 1200, maxDelayMs: 5000 });
    await vi.advanceTimersByTimeAsync(400);
    expect(save).toHaveBeenCalledTimes(1);
    scheduler.touch('b', { delayMs: 1200, maxDelayMs: 5000 });
    scheduler.touch('b');
    await vi.advanceTimersByTimeAsync(400);
    expect(save).toHaveBeenCalledTimes(2);
  });

  it('never saves one id twice at once, and saves again what was touched meanwhile', async () => {
    let finish: () => void = () => {};
    const save = vi.fn<(id: Id) => Promise<void>>(() => new Promise((resolve) => (finish = resolve)));
    const { scheduler } = setUp(save);
    scheduler.touch('a');
    await vi.advanceTimersByTimeAsync(400);
    scheduler.touch('a');
    await vi.advanceTimersByTimeAsync(5000);
    expect(save).toHaveBeenCalledTimes(1);
    finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(save).toHaveBeenCalledTimes(2);
    finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(scheduler.isPending()).toBe(false);
  });

  it('keeps what could not be saved, says so, and tries again', async () => {
    let full = true;
    const save = vi.fn<(id: Id) => Promise<void>>(async () => {
      if (full) throw new Error('The disk is full.');
    });
    const { scheduler, statuses } = setUp(save);
    scheduler.touch('a');
    await vi.advanceTimersByTimeAsync(400);
    expect(scheduler.isPending()).toBe(true);
    expect(statuses.at(-1)).toBe('failing');
    full = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(save).toHaveBeenCalledTimes(2);
    expect(statuses.at(-1)).toBe('kept');
  });

  it('flushes at once, and forgets what is not to be saved', async () => {
    const save = vi.fn<(id: Id) => Promise<void>>(async () => {});
    const { scheduler } = setUp(save);
    scheduler.touch('a');
    scheduler.touch('b');
    scheduler.forget('b');
    await scheduler.flush();
    expect(save).toHaveBeenCalledExactlyOnceWith('a');
    await vi.advanceTimersByTimeAsync(5000);
    expect(save).toHaveBeenCalledTimes(1);
  });
});
