import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { newRunId } from '../../../contract/ids.ts';
import type { JobPreview, JobRequest } from '../../../contract/jobs.ts';
import { packBundle } from './bundle/index.ts';
import { roomForFiles, type PayloadFiles } from './manifest/index.ts';
import type { JobManifest } from './record.ts';
import { manifestOf, plan, type Plan, type SubmitOptions } from './submit.ts';

/** Files of more than this are not packed for a preview; compressed they do not fit into a Secret either, save in rare cases. */
const packBelowBytes = 8 * 1024 * 1024;

/** What a submit would do. */
export async function preview(options: SubmitOptions, request: JobRequest, signal: AbortSignal | undefined): Promise<JobPreview> {
  const planned = await plan(options, newRunId(), request, signal);
  const { bundle } = planned;
  const manifest = manifestOf(planned, await likelyFiles(planned));
  return {
    connectionName: planned.connectionName,
    server: planned.server,
    namespace: planned.namespace,
    production: planned.production,
    yaml: yamlOf(manifest),
    files: bundle.files,
    totalBytes: bundle.totalBytes,
    requirementsFrom: bundle.requirements?.from ?? null,
    requirements: bundle.requirements?.lines ?? [],
    warnings: [...bundle.warnings, ...bundle.leftOut.map(({ path, reason }) => `${path} stays here: ${reason}.`)],
  };
}

async function likelyFiles({ bundle, input }: Plan): Promise<PayloadFiles> {
  const elsewhere: PayloadFiles = { from: 'exec', bytes: bundle.totalBytes, sha256: '0'.repeat(64) };
  if (bundle.totalBytes > packBelowBytes) return elsewhere;
  const parts: Uint8Array[] = [];
  for await (const part of packBundle(bundle)) parts.push(part);
  const data = Buffer.concat(parts);
  return data.length > roomForFiles(input) ? elsewhere : { from: 'secret', data, sha256: createHash('sha256').update(data).digest('hex') };
}

/** The objects as YAML. Of a Secret's values only the sizes are told. */
export function yamlOf({ job, secret }: JobManifest): string {
  const { data, ...rest } = secret;
  const values = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  const masked = Object.fromEntries(values.map(([name, value]) => [name, `<${Math.floor((String(value).length * 3) / 4)} bytes>`]));
  return [job, { ...rest, data: masked }].map((object) => stringify(object)).join('---\n');
}
