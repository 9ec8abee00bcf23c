import { z } from 'zod';

/** Every way in which the application itself can fail. A script that fails is data, never one of these. */
export const errorCodes = [
  'INVALID_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'TIMEOUT',
  'CANCELLED',
  'STORAGE_CORRUPT',
  'STORAGE_NEWER',
  'STORAGE_READ_ONLY',
  'UNSUPPORTED',
  'BUG',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** HTTP status of each code, for the server host. */
export const errorStatus: Record<ErrorCode, number> = {
  INVALID_INPUT: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  TIMEOUT: 504,
  CANCELLED: 499,
  STORAGE_CORRUPT: 500,
  STORAGE_NEWER: 500,
  STORAGE_READ_ONLY: 507,
  UNSUPPORTED: 501,
  BUG: 500,
};

/** What an error carries beside its code and message, over every transport. */
export const ErrorData = z.object({
  /** Whether the same call may succeed later, unchanged. */
  retryable: z.boolean(),
  /** What the person can do, one sentence; the message says what happened and why. */
  action: z.string().optional(),
});
export type ErrorData = z.infer<typeof ErrorData>;

/** The one class of our own errors. The message says what happened and why; `action` what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly action: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryable?: boolean; action?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? (code === 'UNAVAILABLE' || code === 'TIMEOUT' || code === 'RATE_LIMITED');
    this.action = options.action;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && (errorCodes as readonly string[]).includes(code);
}

/**
 * Brings whatever was caught to an AppError: our own as it is, one that came over a transport by its code and data,
 * an abort as CANCELLED, all else as BUG.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return new AppError('BUG', `Something that is not an error was thrown: ${String(error)}`);
  const code: unknown = 'code' in error ? error.code : undefined;
  const data = ErrorData.safeParse('data' in error ? error.data : undefined);
  if (isErrorCode(code)) {
    return new AppError(code, error.message, {
      cause: error,
      ...(data.success ? { retryable: data.data.retryable } : {}),
      ...(data.success && data.data.action !== undefined ? { action: data.data.action } : {}),
    });
  }
  // oRPC's own codes for input that a schema refused and for an unknown procedure.
  if (code === 'BAD_REQUEST') return new AppError('INVALID_INPUT', error.message, { cause: error });
  if (error.name === 'AbortError') return new AppError('CANCELLED', 'The call was cancelled.', { cause: error });
  return new AppError('BUG', error.message || error.name, { cause: error });
}
