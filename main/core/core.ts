import { join, resolve } from 'node:path';
import type { ClientId } from '../../contract/ids.ts';
import { newId } from '../../contract/ids.ts';
import { createChanges, openStorage, type Storage } from './database/index.ts';
import { createBackups } from './backups/index.ts';
import { createConnections, placesOfProcess } from './connections/index.ts';
import { createEditors } from './editors/index.ts';
import { createFiles } from './files/index.ts';
import { createHistory } from './history/index.ts';
import { createInputs, setPackages } from './inputs/index.ts';
import { createJobs } from './jobs/index.ts';
import { createLocalHistory } from './localHistory/index.ts';
import { createOutput, sealOutput } from './output/index.ts';
import { createProfiles } from './profiles/index.ts';
import type { CoreOptions } from './ports.ts';
import { createRouter, type CoreRouter } from './router.ts';
import { createEngineRuns, createOwners, createRetention, createRuns, createRunsFeed, createTextIndex } from './runs/index.ts';
import { createSettings } from './settings/index.ts';
import { createTransfer } from './transfer/index.ts';
import { createNotices, createSystem } from './system/index.ts';

export { defaultHome } from './home.ts';
export type { CoreContext, CoreOptions, PickRequest } from './ports.ts';

/** Where runner.py is as long as the core runs from its source. */
const sourceRunnerFolder = join(import.meta.dirname, '../../resources/runner');

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
 * @throws AppError STORAGE_NEWER the database is from a newer release; nothing was written · STORAGE_READ_ONLY there is no database
 * yet, and none can be made
 */
export async function createCore(options: CoreOptions): Promise<Core> {
  const log = options.log ?? (() => undefined);
  const home = resolve(options.home);
  const storage = await openStorage({ path: join(home, 'pyexekube.sqlite'), backupFolder: join(home, 'backups'), log });
  const coreId = newId();
  const changes = createChanges(storage);
  const notices = createNotices(storage, changes, log);
  for (const message of storage.openingMessages) notices.add('error', message);
  storage.onReplaced((message, why) => notices.add(why === 'damage' ? 'error' : 'info', message));
  const settings = createSettings(storage, changes, log);
  const system = createSystem({ ...options, home }, storage, notices);
  const editors = createEditors(storage);
  const files = createFiles(storage, options.pick);
  const feed = createRunsFeed(changes);
  const textIndex = createTextIndex(storage);
  const output = createOutput({ storage, changes, coreId, feed });
  const retention = createRetention(storage, settings.get, feed);
  const owners = createOwners({ storage, coreId, feed, outputChanged: output.wake, log });
  const runs = createRuns({ storage, coreId, feed, textIndex, sealOutput, notePackages: setPackages, outputChanged: output.wake, historyChanged: retention.schedule });
  const engineRuns = createEngineRuns({ coreId, feed, textIndex, sealOutput, outputChanged: output.wake, get: runs.get });
  const connections = createConnections({ storage, changes, places: options.kubeconfigs ?? placesOfProcess() });
  const profiles = createProfiles(storage, log);
  const inputs = createInputs({ storage, workspace: files.workspace, clusterEnvironment: (runId) => jobs.environment(runId), folder: join(home, 'unpacked'), log });
  const history = createHistory({ storage, changes, textIndex, runs, inputs, output, log });
  const localHistory = createLocalHistory(storage, files, textIndex);
  const jobs = createJobs({
    storage, changes, coreId, connections, runs: engineRuns, output, log,
    folder: join(home, 'cluster'),
    appVersion: options.appVersion,
    learnedPython: profiles.learned,
    keptFolder: inputs.unpack,
    learnedPackages: (runId, packages) => {
      try {
        inputs.setPackages(runId, packages);
      } catch (error) {
        // The log is read on: what it prints must not wait for a note.
        log(`the packages of run ${runId} were not noted: ${String(error)}`);
      }
    },
    submitted: (runId, folder, { content, requirements }) => {
      inputs.keepBundle(runId, folder, content, requirements?.lines ?? []).catch((error: unknown) => log(`the files of run ${runId} were not kept: ${String(error)}`));
    },
    runnerFolder: options.runnerFolder ?? sourceRunnerFolder,
  });
  const transfer = createTransfer({
    storage, coreId, runs, inputs, output, sealOutput, feed, textIndex, log,
    appVersion: options.appVersion,
    folder: join(home, 'capsules'),
    searchesChanged: history.searchesChanged,
    ownArtifacts: async (runId) => (jobs.environment(runId) === null ? [] : (await jobs.artifacts(runId)).artifacts),
  });
  textIndex.schedule();
  retention.schedule();
  settings.onChange(retention.schedule);
  const backups = scheduleBackups(storage);

  return {
    router: createRouter({ backups: createBackups(storage), connections, editors, files, history, inputs, jobs, localHistory, output, profiles, runs, settings, system, transfer }, log),
    connected: owners.connected,
    clientGone: owners.clientGone,
    dispose: async () => {
      jobs.dispose();
      connections.dispose();
      owners.dispose();
      clearInterval(backups);
      for (const feature of [textIndex, retention, history, files, output, feed, settings, system, changes]) feature.dispose();
      await storage.close();
    },
  };
}

/** How often it is looked whether the day's backup is due; the first time late enough not to slow the start. */
const backupCheckMs = 60_000;

function scheduleBackups(storage: Storage): NodeJS.Timeout {
  return setInterval(() => void storage.backUp(), backupCheckMs).unref();
}
