import { newRunId } from '../../../../contract/ids.ts';
import type { JobRequest, PreflightCheck } from '../../../../contract/jobs.ts';
import { manifestOf, plan, type SubmitOptions } from '../submit.ts';
import { preflight } from './preflight.ts';

/** The checks for a run as it would be submitted. Its files are looked at but neither packed nor sent. @throws as a submit does before it asks the cluster */
export async function* preflightRequest(options: SubmitOptions, request: JobRequest, signal: AbortSignal | undefined): AsyncGenerator<PreflightCheck, void> {
  const planned = await plan(options, newRunId(), request, signal);
  const manifest = manifestOf(planned, { from: 'exec', bytes: planned.bundle.totalBytes, sha256: '0'.repeat(64) });
  const client = options.context.connections.client(request.connectionId);
  yield* preflight({ client, namespace: planned.namespace, settings: request.profile, manifest, signal });
}
