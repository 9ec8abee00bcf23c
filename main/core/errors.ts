import { ORPCError } from '@orpc/server';
import { AppError, errorStatus, isErrorCode, toAppError, type ErrorData } from '../../contract/errors.ts';
import { eventsOf, type Events } from './feed.ts';
import type { Log } from './ports.ts';

interface Issue {
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
  message: string;
}

function issuesOf(data: unknown): readonly Issue[] {
  return typeof data === 'object' && data !== null && 'issues' in data && Array.isArray(data.issues) ? data.issues : [];
}

/** What a schema refused, in words: the first faults, each with its place. */
function inputMessage(data: unknown): string {
  const faults = issuesOf(data).slice(0, 3).map(({ path, message }) => {
    const place = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return place === '' ? message : `${place}: ${message}`;
  });
  return faults.length === 0 ? 'The input was refused.' : `The input was refused: ${faults.join('; ')}`;
}

/** Our own error for whatever a procedure threw. What we did not foresee is a bug: logged whole, told without its details. */
function appErrorOf(error: unknown, procedure: string, log: Log): AppError {
  if (error instanceof AppError && error.code !== 'BUG') return error;
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') return new AppError('INVALID_INPUT', inputMessage(error.data));
  const translated = toAppError(error);
  if (translated.code === 'CANCELLED') return translated;
  log(`bug in ${procedure}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}${causeOf(error)}`);
  return new AppError('BUG', `PyExeKube made a mistake in ${procedure}.`, { action: 'Try again; if it stays, the log has the details.' });
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : '';
}

/** The form in which an error crosses a transport: its code and data as the contract declares them, and no stack. */
export function toTransportError(error: unknown, procedure: string, log: Log): ORPCError<string, ErrorData> {
  if (error instanceof ORPCError && isErrorCode(error.code)) return error;
  const { code, message, retryable, action } = appErrorOf(error, procedure, log);
  return new ORPCError(code, { status: errorStatus[code], message, data: { retryable, ...(action === undefined ? {} : { action }) } });
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** The same events, with an error of the source translated. */
export function translatingEvents(events: AsyncIterable<unknown>, procedure: string, log: Log): Events<unknown> {
  const source = events[Symbol.asyncIterator]();
  return eventsOf(
    async () => {
      try {
        const { done, value } = await source.next();
        return done === true ? { done, value: undefined } : { done: false, value };
      } catch (error) {
        throw toTransportError(error, procedure, log);
      }
    },
    () => void source.return?.(),
  );
}
