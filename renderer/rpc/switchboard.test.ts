import { describe, expect, it } from 'vitest';
import { AppError, toAppError } from '../../contract/errors.ts';
import { deferred } from '../lib/deferred.ts';
import { createSwitchboard } from './switchboard.ts';

const options = { context: {} };

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return toAppError(error).code;
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

describe('createSwitchboard', () => {
  it('makes calls wait for a connection', async () => {
    const board = createSwitchboard();
    const answer = board.call(['a'], 1, options);
    board.connect({ call: async (path, input) => [path, input] });
    expect(await answer).toEqual([['a'], 1]);
  });

  it('fails what is in flight when the connection goes, and makes the next wait', async () => {
    const board = createSwitchboard();
    const gone = board.connect({ call: () => new Promise(() => {}) });
    const answer = codeOf(board.call([], null, options));
    await Promise.resolve();
    gone();
    expect(await answer).toBe('UNAVAILABLE');
    const next = board.call([], null, options);
    board.connect({ call: async () => 'new' });
    expect(await next).toBe('new');
  });

  it('ends a stream with UNAVAILABLE when the connection goes', async () => {
    const board = createSwitchboard();
    const never = deferred<IteratorResult<number>>();
    let given = 0;
    const stream = {
      [Symbol.asyncIterator]: () => stream,
      next: (): Promise<IteratorResult<number>> => (given++ === 0 ? Promise.resolve({ done: false, value: 7 }) : never.promise),
      return: async (): Promise<IteratorResult<number>> => ({ done: true, value: undefined }),
    };
    const gone = board.connect({ call: async () => stream });
    const output = await board.call([], null, options);
    if (!isStream(output)) throw new Error('no stream');
    const iterator = output[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 7 });
    const step = codeOf(iterator.next());
    await Promise.resolve();
    gone();
    expect(await step).toBe('UNAVAILABLE');
  });

  it('refuses at once when told to, until there is a connection again', async () => {
    const board = createSwitchboard();
    const waiting = codeOf(board.call([], null, options));
    board.refuse(new AppError('UNAUTHENTICATED', 'No.'));
    expect(await waiting).toBe('UNAUTHENTICATED');
    expect(await codeOf(board.call([], null, options))).toBe('UNAUTHENTICATED');
    board.connect({ call: async () => 1 });
    expect(await board.call([], null, options)).toBe(1);
  });

  it('stops waiting when the caller cancels', async () => {
    const board = createSwitchboard();
    const controller = new AbortController();
    const answer = codeOf(board.call([], null, { ...options, signal: controller.signal }));
    controller.abort();
    expect(await answer).toBe('CANCELLED');
  });

  it('gives every failure as an AppError', async () => {
    const board = createSwitchboard();
    board.connect({
      call: async () => {
        throw Object.assign(new Error('It is newer.'), { code: 'CONFLICT', data: { retryable: false, action: 'Reload it.' } });
      },
    });
    await expect(board.call([], null, options)).rejects.toMatchObject({ name: 'AppError', code: 'CONFLICT', action: 'Reload it.' });
  });
});
