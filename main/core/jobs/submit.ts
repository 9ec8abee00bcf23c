import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { RunPackage } from '../../../contract/inputs.ts';
import type { Job, JobRequest } from '../../../contract/jobs.ts';
import type { RunSummary } from '../../../contract/runs.ts';
import { keepArchive } from './archive.ts';
import { collectBundle, packBundle, type Bundle } from './bundle/index.ts';
import type { JobsContext } from './context.ts';
import { buildManifest, jobName, roomForFiles, type ManifestInput, type PayloadFiles, type Requirements, type RunnerFiles } from './manifest/index.ts';
import { JobManifest, newJobState, type JobRecord } from './record.ts';

/** What a request comes to on this computer, before anything of it is packed or sent. */
export interface Plan {
  namespace: string;
  server: string;
  connectionName: string;
  production: boolean;
  bundle: Bundle;
  /** All of the manifest but the files. */
  input: Omit<ManifestInput, 'payload'> & { payload: Omit<ManifestInput['payload'], 'files'> };
}

export interface SubmitOptions {
  context: JobsContext;
  appVersion: string;
  runner: RunnerFiles;
}

/** Looks up connection and files. Asks no cluster. @throws NOT_FOUND · FORBIDDEN · INVALID_INPUT */
export async function plan({ context, appVersion, runner }: SubmitOptions, runId: RunId, request: JobRequest, signal?: AbortSignal): Promise<Plan> {
  const connection = context.connections.get(request.connectionId);
  if (connection.problem !== null || connection.server === null) {
    throw new AppError('INVALID_INPUT', `The connection "${connection.name}" cannot be used: ${connection.problem ?? ''}`, { action: `Mend ${connection.file}.` });
  }
  const found = await collectBundle(request.exactly === null ? request : await keptSource(context, request, request.exactly), signal);
  const bundle = request.pinned === null ? found : { ...found, requirements: pinnedRequirements(request.pinned) };
  const namespace = request.namespace ?? connection.namespace;
  return {
    namespace,
    server: connection.server,
    connectionName: connection.name,
    production: connection.production,
    bundle,
    input: {
      runId,
      namespace,
      settings: request.profile,
      payload: { script: bundle.script, argv: request.argv, requirements: bundle.requirements },
      title: request.title,
      owner: `${userInfo().username}@${hostname()}`,
      appVersion,
      runner,
    },
  };
}

/** The same request, with the files as they were: a folder of this computer may have others by now, or be another computer's. */
async function keptSource(context: JobsContext, request: JobRequest, runId: RunId): Promise<JobRequest> {
  const folder = await context.keptFolder(runId);
  const separator = request.folder?.includes('\\') === true ? '\\' : '/';
  const root = request.folder === null || request.folder.endsWith(separator) ? request.folder : request.folder + separator;
  const isWithin = root !== null && request.path?.startsWith(root) === true;
  const path = isWithin ? join(folder, ...(request.path ?? '').slice(root.length).split(separator)) : null;
  return { ...request, folder, path };
}

/** Exactly these packages, as pip takes them (PEP 508); null for none. */
function pinnedRequirements(packages: readonly RunPackage[]): Requirements | null {
  const lines = packages.map(({ name, version, source }) => (source === null ? `${name}==${version}` : `${name} @ ${source}`));
  return lines.length === 0 ? null : { from: 'the packages of the earlier run', file: null, lines, python: null };
}

/** The objects of a plan as plain JSON. */
export function manifestOf({ input }: Plan, files: PayloadFiles): JobManifest {
  const { job, secret } = buildManifest({ ...input, payload: { ...input.payload, files } });
  return JobManifest.parse(z.json().parse(JSON.parse(JSON.stringify({ job, secret: secret() }))));
}

/** Packs the files: into memory as long as they fit into the run's Secret, else into an archive beside the database. */
export async function packFiles(context: JobsContext, { bundle, input }: Plan, runId: RunId): Promise<PayloadFiles> {
  const room = roomForFiles(input);
  const packed = packBundle(bundle);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await packed.next(); next.done !== true; next = await packed.next()) {
    parts.push(next.value);
    bytes += next.value.length;
    if (bytes > room) return { from: 'exec', ...(await keepArchive(context.folder, runId, continued(parts, packed))) };
  }
  const data = Buffer.concat(parts);
  return { from: 'secret', data, sha256: createHash('sha256').update(data).digest('hex') };
}

async function* continued(parts: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* parts;
  yield* rest;
}

/** Puts the run, and all it takes to make its Job, on disk: from here on it will be exactly one Job. */
export function recordIntent(context: JobsContext, runId: RunId, request: JobRequest, prepared: Plan, files: PayloadFiles): { record: JobRecord; job: Job } {
  const { storage, store, runs, connections } = context;
  const maxRuns = connections.get(request.connectionId).maxRuns;
  const manifest = manifestOf(prepared, files);
  const summary = storage.write((sql): RunSummary => {
    const queued = store.activeCount(sql, request.connectionId) >= maxRuns || store.queue(request.connectionId).length > 0;
    const phase = queued ? 'queued' : 'submitting';
    const { mode, title, source, path, tabId, lineOffset, argv } = request;
    const key = runs.insert(sql, { id: runId, engine: 'cluster', mode, title, source, path, tabId, lineOffset, argv, pythonVersion: '' }, queued ? 'queued' : 'running');
    store.insert(sql, {
      key,
      connectionId: request.connectionId,
      server: prepared.server,
      namespace: prepared.namespace,
      jobName: jobName(runId),
      phase,
      facts: {
        title,
        connectionName: prepared.connectionName,
        profileName: request.profileName,
        profile: request.profile,
        script: prepared.bundle.script,
        path,
        folder: request.folder,
        exactly: request.exactly,
        pinned: request.pinned,
        archiveSha256: files.from === 'exec' ? files.sha256 : null,
        submittedMs: Date.now(),
      },
      manifest,
      state: { ...newJobState(), timeline: [{ phase, atMs: Date.now() }] },
      queued,
    });
    return runs.find(sql, runId);
  }, 'power');
  runs.changed(summary);
  const job = store.get(runId);
  context.changed(job);
  return { record: store.find(runId), job };
}
