import { join } from 'node:path';
import { toAppError, type AppError } from '../../../contract/errors.ts';
import { createCore, type Core } from '../../core/core.ts';
import { dataFolder } from '../dataFolder.ts';
import { keepBuffersFew, keepYoungHeapSmall } from '../memory.ts';
import { readArguments } from './arguments.ts';
import { createServerHost, type ServerHost } from './server.ts';

/** Exit codes as sysexits.h has them: wrong use, and something that is not available. */
const exitUsage = 64;
const exitUnavailable = 69;

/** Runs the core and serves it until the process is told to end. Its one line on stdout says where. */
async function serve(): Promise<void> {
  const { port } = readArguments(process.argv.slice(2));
  const core = await createCore({ home: dataFolder(), host: 'server', appVersion: __APP_VERSION__, log: (line) => process.stderr.write(`${line}\n`) });
  let host: ServerHost;
  try {
    host = await createServerHost({ core, port, windowFolder: join(import.meta.dirname, '../window') });
  } catch (error) {
    await core.dispose();
    throw error;
  }
  endOnSignals(host, core);
  keepYoungHeapSmall();
  keepBuffersFew();
  process.stdout.write(`PyExeKube is at ${host.url}\n`);
}

function endOnSignals(host: ServerHost, core: Core): void {
  let ending = false;
  async function end(): Promise<void> {
    // Pressing Ctrl+C again must not wait for a shutdown that hangs.
    if (ending) process.exit(1);
    ending = true;
    await host.close();
    await core.dispose();
    process.exit(0);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
}

function report(error: AppError): void {
  process.stderr.write(`PyExeKube cannot start: ${error.message}${error.action === undefined ? '' : ` ${error.action}`}\n`);
  if (error.code === 'BUG' && error.stack !== undefined) process.stderr.write(`${error.stack}\n`);
}

serve().catch((error: unknown) => {
  const known = toAppError(error);
  report(known);
  process.exit(known.code === 'INVALID_INPUT' ? exitUsage : exitUnavailable);
});
