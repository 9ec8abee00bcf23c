import { implement, type Router } from '@orpc/server';
import { contract, type Contract } from '../../contract/index.ts';
import type { Backups } from './backups/index.ts';
import type { Connections } from './connections/index.ts';
import type { Editors } from './editors/index.ts';
import { isAsyncIterable, toTransportError, translatingEvents } from './errors.ts';
import type { Files } from './files/index.ts';
import type { History } from './history/index.ts';
import type { Inputs } from './inputs/index.ts';
import type { Jobs } from './jobs/index.ts';
import type { LocalHistory } from './localHistory/index.ts';
import type { Profiles } from './profiles/index.ts';
import type { Output } from './output/index.ts';
import type { CoreContext, Log } from './ports.ts';
import type { Runs } from './runs/index.ts';
import type { SettingsStore } from './settings/index.ts';
import type { Transfer } from './transfer/index.ts';
import type { System } from './system/index.ts';

export type CoreRouter = Router<Contract, CoreContext>;

export interface Features {
  backups: Backups;
  connections: Connections;
  editors: Editors;
  files: Files;
  history: History;
  inputs: Inputs;
  jobs: Jobs;
  localHistory: LocalHistory;
  profiles: Profiles;
  output: Output;
  runs: Runs;
  settings: SettingsStore;
  system: System;
  transfer: Transfer;
}

/** What a procedure answers that has nothing to tell. */
const done = {};

/** The procedures of the contract, each on its feature. Inputs have been parsed by the contract's schemas. */
export function createRouter({ backups, connections, editors, files, history, inputs, jobs, localHistory, output, profiles, runs, settings, system, transfer }: Features, log: Log): CoreRouter {
  const os = implement(contract)
    .$context<CoreContext>()
    .use(async ({ next, path }) => {
      const procedure = path.join('.');
      try {
        const result = await next();
        if (isAsyncIterable(result.output)) return { ...result, output: translatingEvents(result.output, procedure, log) };
        return result;
      } catch (error) {
        throw toTransportError(error, procedure, log);
      }
    });

  // What it answers was parsed when it came in, and again where it was read from the disk. A third time is what a line that somebody waits for need not wait for.
  const unchecked = implement(contract.output.read, { initialOutputValidationIndex: Number.NaN }).$context<CoreContext>();

  return os.router({
    backups: {
      list: os.backups.list.handler(() => backups.list()),
      make: os.backups.make.handler(() => backups.make()),
      restore: os.backups.restore.handler(({ input }) => backups.restore(input.name)),
    },
    connections: {
      list: os.connections.list.handler(() => connections.snapshot()),
      watch: os.connections.watch.handler(({ signal }) => connections.watch(signal)),
      addFile: os.connections.addFile.handler(({ input }) => connections.addFile(input.path)),
      removeFile: os.connections.removeFile.handler(({ input }) => connections.removeFile(input.path)),
      update: os.connections.update.handler(({ input: { id, ...patch } }) => connections.update(id, patch)),
      approveCommand: os.connections.approveCommand.handler(({ input }) => connections.approveCommand(input.id, input.digest)),
      revokeCommand: os.connections.revokeCommand.handler(({ input }) => connections.revokeCommand(input.id)),
      check: os.connections.check.handler(({ input, signal }) => connections.check(input.id, signal)),
      namespaces: os.connections.namespaces.handler(async ({ input, signal }) => ({ namespaces: await connections.namespaces(input.id, signal) })),
    },
    editors: {
      load: os.editors.load.handler(() => editors.load()),
      save: os.editors.save.handler(({ input }) => {
        editors.save(input);
        return done;
      }),
      arrange: os.editors.arrange.handler(({ input }) => {
        editors.arrange(input);
        return done;
      }),
      reopen: os.editors.reopen.handler(() => ({ tab: editors.reopen() })),
    },
    files: {
      workspace: os.files.workspace.handler(() => ({ path: files.workspace() })),
      openWorkspace: os.files.openWorkspace.handler(async ({ input }) => ({ path: await files.openWorkspace(input.path) })),
      list: os.files.list.handler(({ input }) => files.list(input.path)),
      read: os.files.read.handler(({ input }) => files.read(input.path)),
      write: os.files.write.handler(({ input }) => files.write(input)),
      create: os.files.create.handler(({ input }) => files.create(input.path, input.kind)),
      rename: os.files.rename.handler(({ input }) => files.rename(input.from, input.to)),
      delete: os.files.delete.handler(async ({ input }) => {
        await files.delete(input.path);
        return done;
      }),
      watch: os.files.watch.handler(({ input, signal }) => files.watch(input.folders, input.files, signal)),
      bundle: os.files.bundle.handler(({ input, signal }) => files.bundle(input, signal)),
      pick: os.files.pick.handler(async ({ input }) => ({ path: await files.pick(input) })),
    },
    history: {
      tags: os.history.tags.handler(() => ({ tags: history.tags() })),
      watchSearches: os.history.watchSearches.handler(({ signal }) => history.watchSearches(signal)),
      saveSearch: os.history.saveSearch.handler(({ input }) => history.saveSearch(input)),
      deleteSearch: os.history.deleteSearch.handler(({ input }) => {
        history.deleteSearch(input.id);
        return done;
      }),
      retentionPreview: os.history.retentionPreview.handler(({ input }) => history.retentionPreview(input)),
      compare: os.history.compare.handler(({ input, signal }) => history.compare(input.left, input.right, signal)),
      statistics: os.history.statistics.handler(({ input }) => history.statistics(input.dayStartsMs)),
    },
    inputs: {
      keep: os.inputs.keep.handler(({ input, context }) => inputs.keep(input, context.clientId)),
      keepSame: os.inputs.keepSame.handler(({ input, context }) => {
        inputs.keepSame(input.runId, input.as, context.clientId);
        return done;
      }),
      get: os.inputs.get.handler(({ input }) => ({ inputs: inputs.get(input.runId) })),
      read: os.inputs.read.handler(({ input }) => inputs.read(input)),
      unpack: os.inputs.unpack.handler(async ({ input }) => ({ folder: await inputs.unpack(input.runId) })),
    },
    localHistory: {
      files: os.localHistory.files.handler(({ input }) => ({ files: localHistory.files(input.search) })),
      versions: os.localHistory.versions.handler(({ input }) => ({ versions: localHistory.versions(input.path) })),
      read: os.localHistory.read.handler(({ input }) => localHistory.read(input.version)),
      restore: os.localHistory.restore.handler(({ input }) => localHistory.restore(input.version)),
    },
    profiles: {
      list: os.profiles.list.handler(() => ({ profiles: profiles.list() })),
      save: os.profiles.save.handler(({ input }) => profiles.save(input)),
      delete: os.profiles.delete.handler(({ input }) => {
        profiles.delete(input.id);
        return {};
      }),
      exportYaml: os.profiles.exportYaml.handler(({ input }) => ({ yaml: profiles.exportYaml(input.id) })),
      importYaml: os.profiles.importYaml.handler(({ input }) => ({ profiles: profiles.importYaml(input.yaml, input.replace) })),
      imagePython: os.profiles.imagePython.handler(({ input }) => ({ python: profiles.imagePython(input.image) })),
    },
    jobs: {
      preview: os.jobs.preview.handler(({ input, signal }) => jobs.preview(input, signal)),
      preflight: os.jobs.preflight.handler(({ input, signal }) => jobs.preflight(input, signal)),
      submit: os.jobs.submit.handler(({ input }) => jobs.submit(input)),
      cancel: os.jobs.cancel.handler(({ input }) => jobs.cancel(input.runId, input.graceSeconds)),
      get: os.jobs.get.handler(({ input }) => jobs.get(input.runId)),
      live: os.jobs.live.handler(({ input }) => ({ jobs: jobs.live(input.connectionId) })),
      watch: os.jobs.watch.handler(({ signal }) => jobs.watch(signal)),
      queue: os.jobs.queue.handler(({ input }) => ({ jobs: jobs.queue(input.connectionId) })),
      reorder: os.jobs.reorder.handler(({ input }) => ({ jobs: jobs.reorder(input.runId, input.before) })),
      manifest: os.jobs.manifest.handler(({ input }) => ({ yaml: jobs.manifest(input.runId) })),
      request: os.jobs.request.handler(({ input }) => jobs.request(input.runId)),
      saveArtifacts: os.jobs.saveArtifacts.handler(({ input }) => jobs.saveArtifacts(input.runId, input.to, input.paths)),
      setup: os.jobs.setup.handler(({ input, signal }) => jobs.setup(input, signal)),
      artifacts: os.jobs.artifacts.handler(({ input }) => jobs.artifacts(input.runId)),
      artifactPicture: os.jobs.artifactPicture.handler(({ input }) => jobs.artifactPicture(input.runId, input.path)),
      fetchArtifacts: os.jobs.fetchArtifacts.handler(({ input, signal }) => jobs.fetchArtifacts(input.runId, signal)),
      leftovers: os.jobs.leftovers.handler(({ input, signal }) => jobs.leftovers(input, signal)),
      cleanUp: os.jobs.cleanUp.handler(({ input, signal }) => jobs.cleanUp(input, signal)),
    },
    output: {
      append: os.output.append.handler(({ input, context }) => ({ lastSeq: output.append(input.runId, input.records, context.clientId) })),
      read: unchecked.handler(({ input, signal }) => output.read(input, signal)),
      index: os.output.index.handler(({ input }) => output.index(input.runId)),
      outline: os.output.outline.handler(({ input }) => output.outline(input)),
      completeness: os.output.completeness.handler(({ input }) => output.completeness(input.runId)),
      filter: os.output.filter.handler(({ input, signal }) => output.filter(input, signal)),
      export: os.output.export.handler(({ input, signal }) => output.export(input, signal)),
      search: os.output.search.handler(({ input, signal }) => output.search(input, signal)),
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
    settings: {
      get: os.settings.get.handler(() => settings.get()),
      set: os.settings.set.handler(({ input }) => settings.set(input)),
      watch: os.settings.watch.handler(({ signal }) => settings.watch(signal)),
    },
    transfer: {
      exportRun: os.transfer.exportRun.handler(({ input }) => transfer.exportRun(input.runId, input.path, input.overwrite)),
      inspectRun: os.transfer.inspectRun.handler(({ input }) => transfer.inspectRun(input.path)),
      openRun: os.transfer.openRun.handler(({ input }) => transfer.openRun(input.path)),
      artifacts: os.transfer.artifacts.handler(({ input }) => transfer.artifacts(input.runId)),
      exportHistory: os.transfer.exportHistory.handler(({ input, signal }) => transfer.exportHistory(input.path, input.overwrite, signal)),
      importHistory: os.transfer.importHistory.handler(({ input, signal }) => transfer.importHistory(input.path, signal)),
    },
    system: {
      info: os.system.info.handler(() => system.info()),
      watch: os.system.watch.handler(({ signal }) => system.watch(signal)),
      dismissNotice: os.system.dismissNotice.handler(({ input }) => {
        system.dismissNotice(input.id);
        return done;
      }),
    },
  });
}
