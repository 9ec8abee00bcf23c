import { implement } from '@orpc/server';
import { contract } from '../../contract/index.ts';
import { isAsyncIterable, toTransportError, translatingEvents } from './errors.ts';
import type { Output } from './output/index.ts';
import type { CoreContext, Log } from './ports.ts';
import type { Runs } from './runs/index.ts';

export interface Features {
  output: Output;
  runs: Runs;
}

/** The procedures of the contract, each on its feature. Inputs have been parsed by the contract's schemas. */
export function createRouter({ output, runs }: Features, log: Log) {
  const os = implement(contract)
    .$context<CoreContext>()
    .use(async ({ next, path }) => {
      const procedure = path.join('.');
      try {
        const result = await next();
        // The declared types of events are kept by the contract's own output schemas, inside of this middleware.
        if (isAsyncIterable(result.output)) return { ...result, output: translatingEvents(result.output, procedure, log) as typeof result.output };
        return result;
      } catch (error) {
        throw toTransportError(error, procedure, log);
      }
    });

  return {
    output: {
      append: os.output.append.handler(({ input, context }) => ({ lastSeq: output.append(input.runId, input.records, context.clientId) })),
      read: os.output.read.handler(({ input, signal }) => output.read(input, signal)),
      index: os.output.index.handler(({ input }) => output.index(input.runId)),
    },
    runs: {
      start: os.runs.start.handler(({ input, context }) => runs.start(input, context.clientId)),
      finish: os.runs.finish.handler(({ input, context }) => runs.finish(input, context.clientId)),
      get: os.runs.get.handler(({ input }) => runs.get(input.id)),
      list: os.runs.list.handler(({ input }) => runs.list(input.filter, input.cursor, input.limit)),
      count: os.runs.count.handler(({ input }) => ({ count: runs.count(input.filter, input.limit) })),
      update: os.runs.update.handler(({ input }) => runs.update(input)),
      delete: os.runs.delete.handler(({ input }) => ({ deleted: runs.delete(input.ids) })),
      watch: os.runs.watch.handler(({ signal }) => runs.watch(signal)),
    },
  };
}

export type CoreRouter = ReturnType<typeof createRouter>;
