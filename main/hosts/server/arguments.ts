import { parseArgs } from 'node:util';
import { AppError } from '../../../contract/errors.ts';

export interface ServerArguments {
  /** 0 lets the system pick one. */
  port: number;
}

/** @throws AppError INVALID_INPUT */
export function readArguments(args: readonly string[]): ServerArguments {
  let port: string;
  try {
    port = parseArgs({ args: [...args], options: { port: { type: 'string', default: '0' } }, strict: true }).values.port;
  } catch (error) {
    throw new AppError('INVALID_INPUT', error instanceof Error ? error.message : String(error), { action: 'Use: npm run serve -- --port N', cause: error });
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new AppError('INVALID_INPUT', `"${port}" is no port.`, { action: 'Give --port a whole number from 0 (any free one) to 65535.' });
  }
  return { port: Number(port) };
}
