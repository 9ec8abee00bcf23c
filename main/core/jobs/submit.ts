import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { basename } from 'node:path';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { AppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Job, JobRequest } from '../../../contract/jobs.ts';
import type { RunSummary } from '../../../contract/runs.ts';
import type { JobsContext } from './context.ts';
import { buildManifest, jobName, type RunnerFiles } from './manifest/index.ts';
import { newJobState, type JobManifest, type JobRecord } from './record.ts';

export interface Prepared {
  namespace: string;
  server: string;
  connectionName: string;
  manifest: JobManifest;
  archiveSha256: string | null;
}

export interface SubmitOptions {
  context: JobsContext;
  appVersion: string;
  runner: RunnerFiles;
}

/** Makes all that a run needs, without asking the cluster. @throws NOT_FOUND · INVALID_INPUT */
export async function prepare({ context, appVersion, runner }: SubmitOptions, runId: RunId, request: JobRequest): Promise<Prepared> {
  const connection = context.connections.get(request.connectionId);
  if (connection.problem !== null || connection.server === null) {
    throw new AppError('INVALID_INPUT', `The connection "${connection.name}" cannot be used: ${connection.problem ?? ''}`, { action: `Mend ${connection.file}.` });
  }
  const namespace = request.namespace ?? connection.namespace;
  const script = request.path === null ? 'script.py' : basename(request.path);
  const data = await packScript(script, request.source);
  const built = buildManifest({
    runId,
    namespace,
    settings: request.profile,
    payload: { script, argv: request.argv, files: { from: 'secret', data, sha256: createHash('sha256').update(data).digest('hex') }, requirements: null },
    title: request.title,
    owner: `${userInfo().username}@${hostname()}`,
    appVersion,
    runner,
  });
  const manifest = JSON.parse(JSON.stringify({ job: built.job, secret: built.secret() })) as JobManifest;
  return { namespace, server: connection.server, connectionName: connection.name, manifest, archiveSha256: null };
}

async function packScript(name: string, source: string): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name, mode: 0o644 }, source);
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar.pipe(createGzip())) if (Buffer.isBuffer(part)) parts.push(part);
  return Buffer.concat(parts);
}

/** Puts the run, and all it takes to make its Job, on disk: from here on it will be exactly one Job. */
export function recordIntent(context: JobsContext, runId: RunId, request: JobRequest, prepared: Prepared): { record: JobRecord; job: Job } {
  const { storage, store, runs, connections } = context;
  const maxRuns = connections.get(request.connectionId).maxRuns;
  const summary = storage.write((sql): RunSummary => {
    const queued = store.activeCount(sql, request.connectionId) >= maxRuns || store.queue(request.connectionId).length > 0;
    const phase = queued ? 'queued' : 'submitting';
    const key = runs.insert(
      sql,
      {
        id: runId, engine: 'cluster', mode: request.mode, title: request.title, source: request.source, path: request.path, tabId: request.tabId,
        lineOffset: request.lineOffset, argv: request.argv, pythonVersion: '',
      },
      queued ? 'queued' : 'running',
    );
    store.insert(sql, {
      key,
      connectionId: request.connectionId,
      server: prepared.server,
      namespace: prepared.namespace,
      jobName: jobName(runId),
      phase,
      facts: {
        title: request.title,
        connectionName: prepared.connectionName,
        profileName: request.profileName,
        profile: request.profile,
        argv: request.argv,
        archiveSha256: prepared.archiveSha256,
        submittedMs: Date.now(),
      },
      manifest: prepared.manifest,
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
