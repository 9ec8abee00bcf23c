import { describe, expect, it } from 'vitest';
import { AppError, errorCodes, errorStatus, isErrorCode, toAppError } from './errors.ts';

describe('AppError', () => {
  it('is retryable by its code unless told otherwise', () => {
    expect(new AppError('UNAVAILABLE', 'gone').retryable).toBe(true);
    expect(new AppError('NOT_FOUND', 'no').retryable).toBe(false);
    expect(new AppError('NOT_FOUND', 'no', { retryable: true }).retryable).toBe(true);
  });

  it('has an HTTP status for each code that says an error', () => {
    for (const code of errorCodes) expect(errorStatus[code]).toBeGreaterThanOrEqual(400);
  });
});

describe('toAppError', () => {
  it('gives our own back as it is', () => {
    const error = new AppError('CONFLICT', 'newer');
    expect(toAppError(error)).toBe(error);
  });

  it('reads what came over a transport', () => {
    const sent = Object.assign(new Error('The disk is full.'), { code: 'STORAGE_READ_ONLY', data: { retryable: true, action: 'Free some space.' } });
    expect(toAppError(sent)).toMatchObject({ code: 'STORAGE_READ_ONLY', message: 'The disk is full.', retryable: true, action: 'Free some space.' });
  });

  it('does not believe data of another shape', () => {
    const sent = Object.assign(new Error('x'), { code: 'NOT_FOUND', data: { retryable: 'yes' } });
    expect(toAppError(sent)).toMatchObject({ code: 'NOT_FOUND', retryable: false, action: undefined });
  });

  it('knows refused input, aborts, and calls all else a bug', () => {
    expect(toAppError(Object.assign(new Error('bad'), { code: 'BAD_REQUEST' })).code).toBe('INVALID_INPUT');
    expect(toAppError(new DOMException('stop', 'AbortError')).code).toBe('CANCELLED');
    expect(toAppError(new TypeError('x is undefined'))).toMatchObject({ code: 'BUG', message: 'x is undefined' });
    expect(toAppError('text')).toMatchObject({ code: 'BUG' });
  });

  it('tells our codes from others', () => {
    expect(isErrorCode('BUG')).toBe(true);
    expect(isErrorCode('ENOENT')).toBe(false);
    expect(isErrorCode(7)).toBe(false);
  });
});
