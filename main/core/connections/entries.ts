import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConnectionId, NamespaceName, type ConnectionWarning } from '../../../contract/connections.ts';
import type { PlainKubeconfig } from '../cluster/index.ts';
import type { Entry, KubeconfigContents } from './kubeconfigFile.ts';

/** One readable file, in the order in which files are merged. */
export interface LoadedFile {
  path: string;
  origin: 'environment' | 'home' | 'added';
  contents: KubeconfigContents;
}

/** A program that signs in, as a kubeconfig describes it (client-go credential plugins). */
export const ExecPlugin = z.looseObject({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  command: z.string().min(1),
  args: z.array(z.coerce.string()).nullish().transform((args) => args ?? []),
  env: z.array(z.object({ name: z.string(), value: z.coerce.string() })).nullish().transform((env) => env ?? []),
  installHint: z.string().nullish().transform((hint) => hint ?? ''),
  provideClusterInfo: z.boolean().nullish().transform((wanted) => wanted ?? false),
  interactiveMode: z.string().nullish().transform((mode) => mode ?? 'IfAvailable'),
});
export type ExecPlugin = z.infer<typeof ExecPlugin>;

/** A context with what it refers to. */
export interface ContextEntry {
  id: ConnectionId;
  name: string;
  file: string;
  current: boolean;
  clusterName: string;
  userName: string;
  namespace: string | null;
  server: string | null;
  kubeconfig: PlainKubeconfig;
  exec: { plugin: ExecPlugin; digest: string } | null;
  /** A file that holds the token, and is read again now and then. */
  tokenFile: string | null;
  warnings: ConnectionWarning[];
  problem: string | null;
}

/**
 * All contexts. Files of the environment (or the home file) are merged as kubectl merges them, the first definition of a name counts; each added
 * file stands for itself.
 */
export function contextsOf(files: readonly LoadedFile[]): ContextEntry[] {
  const usual = files.filter(({ origin }) => origin !== 'added');
  const sets = [usual, ...files.filter(({ origin }) => origin === 'added').map((file) => [file])];
  return sets.flatMap((set) => contextsOfSet(set));
}

function contextsOfSet(set: readonly LoadedFile[]): ContextEntry[] {
  const current = set.find(({ contents }) => contents.currentContext !== '')?.contents.currentContext ?? '';
  const seen = new Set<string>();
  const entries: ContextEntry[] = [];
  for (const file of set) {
    for (const [name, context] of file.contents.contexts) {
      if (seen.has(name)) continue;
      seen.add(name);
      entries.push(contextOf(set, file, name, context, name === current));
    }
  }
  return entries;
}

/** The same context keeps its id as long as its name and, for an added file, the file's path stay. */
function idOf(file: LoadedFile, name: string): ConnectionId {
  const place = file.origin === 'added' ? file.path : '';
  return ConnectionId.parse(`context-${createHash('sha256').update(`${place}\0${name}`).digest('hex').slice(0, 24)}`);
}

function first(set: readonly LoadedFile[], pick: (contents: KubeconfigContents) => Map<string, Entry>, name: string): Entry | undefined {
  for (const { contents } of set) {
    const entry = pick(contents).get(name);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** YAML takes a name of digits alone for a number. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A name as it is shown: with what could make it look like another in sight. */
function visible(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Bidi_Control}\u200b\u2060\ufeff]/gu, '\ufffd');
}

function contextOf(set: readonly LoadedFile[], file: LoadedFile, name: string, context: Entry, current: boolean): ContextEntry {
  const clusterName = text(context['cluster']);
  const userName = text(context['user']);
  const cluster = first(set, (contents) => contents.clusters, clusterName);
  const user = first(set, (contents) => contents.users, userName);
  const server = text(cluster?.['server']);
  const plugin = user?.['exec'] === undefined || user['exec'] === null ? null : ExecPlugin.safeParse(user['exec']);
  const namespace = text(context['namespace']);
  const problem = problemOf({ name, namespace, clusterName, userName, cluster, user, server, plugin });
  const plainUser = { ...user };
  // These run programs or read files on their own; what they give comes from here as a token.
  for (const key of ['exec', 'tokenFile', 'token-file']) delete plainUser[key];
  return {
    id: idOf(file, name),
    name: visible(name),
    file: file.path,
    current,
    clusterName: visible(clusterName),
    userName: visible(userName),
    namespace: namespace || null,
    server: problem === null ? server : server || null,
    // client-node takes plain HTTP only together with this.
    kubeconfig: { cluster: { ...cluster, ...(server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}) }, user: plainUser },
    exec: plugin?.success === true ? { plugin: plugin.data, digest: digestOf(file.path, plugin.data) } : null,
    tokenFile: text(user?.['tokenFile']) || null,
    warnings: warningsOf(cluster, server),
    problem,
  };
}

interface Parts {
  name: string;
  namespace: string;
  clusterName: string;
  userName: string;
  cluster: Entry | undefined;
  user: Entry | undefined;
  server: string;
  plugin: { success: boolean; data?: ExecPlugin | undefined } | null;
}

function problemOf({ namespace, clusterName, userName, cluster, user, server, plugin }: Parts): string | null {
  if (clusterName === '') return 'The context names no cluster.';
  if (cluster === undefined) return `The context names the cluster "${clusterName}", which no kubeconfig defines.`;
  if (server === '') return `The cluster "${clusterName}" has no address (server: missing).`;
  if (!/^https?:\/\/[^\s/]+/.test(server) || !URL.canParse(server)) return `The address of the cluster "${clusterName}" is not understood (server: ${server}): it must begin with https://.`;
  if (namespace !== '' && !NamespaceName.safeParse(namespace).success) return `The context's namespace "${namespace}" is no name of a namespace.`;
  if (userName !== '' && user === undefined) return `The context names the user "${userName}", which no kubeconfig defines.`;
  if (plugin !== null && !plugin.success) return `The sign-in program of the user "${userName}" is not written as a kubeconfig wants it.`;
  if (plugin?.data?.interactiveMode === 'Always') return `The sign-in program of the user "${userName}" wants a terminal (interactiveMode: Always).`;
  const provider = user?.['auth-provider'];
  const providerName = typeof provider === 'object' && provider !== null && 'name' in provider ? String(provider.name) : '';
  if (providerName !== '' && providerName !== 'oidc') return `The sign-in "${providerName}" was removed from Kubernetes in 1.26: use its exec plugin.`;
  return null;
}

function warningsOf(cluster: Entry | undefined, server: string): ConnectionWarning[] {
  if (server.startsWith('http:')) return [{ code: 'plainHttp', message: 'The connection is not encrypted: everybody on the way can read and change it.' }];
  if (cluster?.['insecure-skip-tls-verify'] === true) {
    return [{ code: 'insecureTls', message: "The server's certificate is not checked (insecure-skip-tls-verify): somebody on the way could pose as the cluster." }];
  }
  return [];
}

function digestOf(file: string, { command, args, env }: ExecPlugin): string {
  return createHash('sha256').update(JSON.stringify([file, command, args, env.map(({ name, value }) => [name, value])])).digest('hex');
}
