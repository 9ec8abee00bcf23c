import { z } from 'zod';
import { toAppError } from '../../../../contract/errors.ts';
import { editProfile } from '../failures/index.ts';
import { questionTimeoutMs, type Line, type Outcome, type PreflightOptions } from './line.ts';

const Secret = z.object({ type: z.string().default('Opaque'), data: z.record(z.string(), z.string()).default({}) });
const Claim = z.object({ status: z.object({ phase: z.string().default('') }).default({ phase: '' }) });
const Registries = z.object({ auths: z.record(z.string(), z.unknown()).default({}) });
const LocalQueue = z.object({ status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') })).default([]) }).default({ conditions: [] }) });

/** What the profile names must be there: secrets, claims, an account, a queue. */
export function checkReferences(options: PreflightOptions): Line[] {
  const { settings } = options;
  const lines: Line[] = [];
  for (const name of new Set(settings.imagePullSecrets)) lines.push({ id: `pullSecret:${name}`, title: `Pull secret ${name}`, outcome: pullSecret(options, name) });
  const keys = new Map<string, string[]>();
  for (const use of settings.secrets) keys.set(use.secret, [...(keys.get(use.secret) ?? []), ...(use.as === 'variable' ? [use.key] : [])]);
  const index = settings.packageIndex.credentialsSecret;
  if (index !== null) keys.set(index, [...(keys.get(index) ?? []), 'username', 'password']);
  for (const [name, wanted] of keys) lines.push({ id: `secret:${name}`, title: `Secret ${name}`, outcome: secret(options, name, wanted, name === index ? 'packageIndex' : 'secrets') });
  for (const name of new Set(settings.volumes.map(({ claim }) => claim))) lines.push({ id: `claim:${name}`, title: `Volume claim ${name}`, outcome: claimIsThere(options, name) });
  if (settings.serviceAccount !== null) lines.push({ id: 'serviceAccount', title: `Service account ${settings.serviceAccount}`, outcome: account(options, settings.serviceAccount) });
  if (settings.queue !== null) lines.push({ id: 'queue', title: `Kueue queue ${settings.queue}`, outcome: queue(options, settings.queue) });
  return lines;
}

/** Reads an object of the namespace; null where there is none. @throws as ClusterClient.request for all else */
async function read({ client, namespace, signal }: PreflightOptions, collection: string, name: string, base = '/api/v1'): Promise<unknown> {
  try {
    return await client.request('GET', `${base}/namespaces/${namespace}/${collection}/${name}`, { signal, timeoutMs: questionTimeoutMs });
  } catch (error) {
    if (toAppError(error).code === 'NOT_FOUND') return null;
    throw error;
  }
}

function missing(what: string, name: string, namespace: string, field: string): Outcome {
  return { state: 'failed', evidence: `There is no ${what} "${name}" in ${namespace}.`, fix: editProfile(field) };
}

/** The registry of an image, as Docker's own notation has it. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return named ? first : 'docker.io';
}

async function pullSecret(options: PreflightOptions, name: string): Promise<Outcome> {
  const answer = await read(options, 'secrets', name);
  if (answer === null) return missing('Secret', name, options.namespace, 'imagePullSecrets');
  const { type, data } = Secret.parse(answer);
  const encoded = data['.dockerconfigjson'];
  if (type !== 'kubernetes.io/dockerconfigjson' || encoded === undefined) return { state: 'warning', evidence: `It is of the type ${type}; a pull secret is kubernetes.io/dockerconfigjson.`, fix: editProfile('imagePullSecrets') };
  const registry = registryOf(options.settings.image);
  const config = Registries.safeParse(parseJson(Buffer.from(encoded, 'base64').toString('utf8')));
  const names = config.success ? Object.keys(config.data.auths).map((url) => url.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '') : [];
  const covers = names.some((host) => host === registry || (registry === 'docker.io' && host.endsWith('docker.io')) || (host.startsWith('*.') && registry.endsWith(host.slice(1))));
  if (!covers) return { state: 'warning', evidence: `It is for ${names.join(', ') || 'no registry'}; the image comes from ${registry}.`, fix: editProfile('imagePullSecrets') };
  return { state: 'passed', evidence: `for ${registry}`, fix: null };
}

async function secret(options: PreflightOptions, name: string, keys: readonly string[], field: string): Promise<Outcome> {
  const answer = await read(options, 'secrets', name);
  if (answer === null) return missing('Secret', name, options.namespace, field);
  const { data } = Secret.parse(answer);
  const absent = keys.filter((key) => !(key in data));
  if (absent.length > 0) return { state: 'failed', evidence: `It has no key ${absent.join(', ')} (it has ${Object.keys(data).join(', ') || 'none'}).`, fix: editProfile(field) };
  return { state: 'passed', evidence: `${Object.keys(data).length} keys`, fix: null };
}

async function claimIsThere(options: PreflightOptions, name: string): Promise<Outcome> {
  const answer = await read(options, 'persistentvolumeclaims', name);
  if (answer === null) return missing('volume claim', name, options.namespace, 'volumes');
  const { phase } = Claim.parse(answer).status;
  if (phase === 'Lost') return { state: 'failed', evidence: 'Its volume is lost.', fix: editProfile('volumes') };
  return { state: 'passed', evidence: phase === 'Bound' ? 'bound to a volume' : 'gets its volume when a pod uses it', fix: null };
}

async function account(options: PreflightOptions, name: string): Promise<Outcome> {
  return (await read(options, 'serviceaccounts', name)) === null ? missing('service account', name, options.namespace, 'serviceAccount') : { state: 'passed', evidence: 'it exists', fix: null };
}

async function queue(options: PreflightOptions, name: string): Promise<Outcome> {
  for (const version of ['v1beta2', 'v1beta1']) {
    const answer = await read(options, 'localqueues', name, `/apis/kueue.x-k8s.io/${version}`);
    if (answer === null) continue;
    const active = LocalQueue.parse(answer).status.conditions.find(({ type }) => type === 'Active');
    if (active?.status === 'False') return { state: 'warning', evidence: active.message, fix: editProfile('queue') };
    return { state: 'passed', evidence: 'Kueue decides when the run starts', fix: null };
  }
  return { state: 'failed', evidence: `There is no Kueue queue "${name}" in ${options.namespace}, or Kueue is not installed.`, fix: editProfile('queue') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
