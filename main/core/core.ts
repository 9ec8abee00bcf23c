import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientId } from '../../contract/ids.ts';
import { newId } from '../../contract/ids.ts';
import { createChanges, openStorage } from './database/index.ts';
import { createEditors } from './editors/index.ts';
import { createFiles } from './files/index.ts';
import { createOutput, sealOutput } from './output/index.ts';
import type { CoreOptions } from './ports.ts';
import { createRouter, type CoreRouter } from './router.ts';
import { createOwners, createRuns, createRunsFeed, createTextIndex } from './runs/index.ts';
import { createSettings } from './settings/index.ts';
import { createNotices, createSystem } from './system/index.ts';

export { defaultHome } from './home.ts';
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
  const notices = createNotices(storage, changes, log);
  const settings = createSettings(storage, changes, log);
  const system = createSystem(options, storage, notices);
  const editors = createEditors(storage);
  const files = createFiles(storage, options.pick);
  const feed = createRunsFeed(changes);
  const textIndex = createTextIndex(storage);
  const output = createOutput({ storage, changes, coreId, feed });
  const owners = createOwners({ storage, coreId, feed, outputChanged: output.wake, log });
  const runs = createRuns({ storage, coreId, feed, textIndex, sealOutput, outputChanged: output.wake, garbageLeft: () => undefined });
  textIndex.schedule();

  return {
    router: createRouter({ editors, files, output, runs, settings, system }, log),
    connected: owners.connected,
    clientGone: owners.clientGone,
    dispose: async () => {
      owners.dispose();
      textIndex.dispose();
      for (const feature of [files, output, feed, settings, system, changes]) feature.dispose();
      storage.close();
    },
  };
}
