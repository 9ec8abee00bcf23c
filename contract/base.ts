import { oc } from '@orpc/contract';
import { ErrorData, errorCodes, errorStatus, type ErrorCode } from './errors.ts';

type ErrorMap = Record<ErrorCode, { status: number; data: typeof ErrorData }>;

/** The start of every procedure: each may fail with our codes, and with nothing else. */
export const procedure = oc.errors(
  Object.fromEntries(errorCodes.map((code) => [code, { status: errorStatus[code], data: ErrorData }])) as ErrorMap,
);
