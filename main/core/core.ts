import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientId } from '../../contract/ids.ts';
import { newId } from '../../contract/ids.ts';
import { createChanges, openStorage } from './database/index.ts';
import { createOutput, sealOutput } from './output/index.ts';
import type { CoreOptions } from './ports.ts';
import { createRouter, type CoreRouter } from './router.ts';
import { createRuns, createRunsFeed, createTextIndex } from './runs/index.ts';

export type { CoreContext, CoreOptions, PickRequest } from './ports.ts';

/** The application without any window or transport. */
export interface Core {
  /** For oRPC's RPCHandler of any transport; each call's context is a CoreContext. */
  router: CoreRouter;
  /** A window has connected, first or again. */
  connected(clientId: ClientId): void;
  /** A window's connection has ended. Its runs become interrupted after 10 s, unless it connects again. */
  clientGone(clientId: ClientId): void;
  /** Ends all waiting and watching, and closes the database. */
  dispose(): Promise<void>;
}

/**
 * Composes the application over the database in `options.home`.
 * @throws AppError STORAGE_NEWER the database is from a newer release; nothing was written
 */
export async function createCore(options: CoreOptions): Promise<Core> {
  const log = options.log ?? (() => undefined);
  mkdirSync(options.home, { recursive: true, mode: 0o700 });
  const storage = openStorage(join(options.home, 'pyexekube.sqlite'), log);
  const coreId = newId();
  const changes = createChanges(storage);
  const feed = createRunsFeed(changes);
  const textIndex = createTextIndex(storage);
  const output = createOutput({ storage, changes, coreId, feed });
  const runs = createRuns({ storage, coreId, feed, textIndex, sealOutput, outputChanged: output.wake, garbageLeft: () => undefined });

  return {
    router: createRouter({ output, runs }, log),
    connected: () => undefined,
    clientGone: () => undefined,
    dispose: async () => {
      textIndex.dispose();
      output.dispose();
      feed.dispose();
      changes.dispose();
      storage.close();
    },
  };
}
