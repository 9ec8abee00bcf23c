import type { KubeConfig } from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';
import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import tls, { createSecureContext, type SecureContext } from 'node:tls';
import { AppError } from '../../../contract/errors.ts';
import { proxyFromEnvironment } from './proxy.ts';

/** A kubeconfig of one context, with absolute paths, and without anything that would run a program. */
export interface PlainKubeconfig {
  cluster: Record<string, unknown>;
  user: Record<string, unknown>;
}

/** What a sign-in program or a token file gave. */
export interface Credentials {
  token?: string;
  certData?: string;
  keyData?: string;
}

export interface AccessSource {
  server: string;
  /** As the files say now. @throws AppError NOT_FOUND the context is gone · INVALID_INPUT it is broken */
  kubeconfig(): PlainKubeconfig;
  /**
   * Called before requests; keeps what it has until it expires. `refused` is true after the server refused the last ones.
   * @throws AppError UNAUTHENTICATED the sign-in failed · FORBIDDEN its program is not approved
   */
  credentials(refused: boolean): Promise<Credentials>;
}

/** How to connect: TLS, proxy and headers for node:https and ws. */
export type ConnectOptions = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized' | 'auth'> & {
  headers: Record<string, string | string[]>;
  /** Set where a proxy is in between. */
  agent?: Agent;
  /** What the certificates come to, for node:tls. */
  secureContext?: SecureContext;
};

/** How long the options of one request serve the next ones as well. Files and tokens may change under us. */
const keepMs = 5_000;

export interface Access {
  options(): Promise<ConnectOptions>;
  /** The server refused the sign-in: the next options are made anew. */
  refused(): void;
}

/** Turns an entry of a kubeconfig into connect options. */
export function createAccess(source: AccessSource): Access {
  let kept: { options: Promise<ConnectOptions>; untilMs: number } | undefined;
  let isRefused = false;
  let config: { key: string; value: KubeConfig } | undefined;
  const share = sharedContexts();

  async function make(): Promise<ConnectOptions> {
    const options = await makeOptions();
    return source.server.startsWith('https:') && options.agent === undefined ? share(options) : options;
  }

  async function makeOptions(): Promise<ConnectOptions> {
    const kubeconfig = throughProxy(source.kubeconfig(), source.server);
    const credentials = await source.credentials(isRefused);
    const isFresh = isRefused;
    isRefused = false;
    if (isPlain(kubeconfig)) return plainOptions(kubeconfig, credentials);
    const key = JSON.stringify([kubeconfig, credentials]);
    // OIDC keeps what it has refreshed inside of its KubeConfig, so the object stays until the sign-in changes.
    if (config?.key !== key || isFresh) config = { key, value: await kubeConfigOf(kubeconfig, credentials) };
    const options: RequestOptions = {};
    try {
      await config.value.applyToHTTPSOptions(options);
    } catch (error) {
      throw kubeconfig.user['auth-provider'] === undefined ? error : renewalFailed(error);
    }
    const { ca, cert, key: privateKey, servername, rejectUnauthorized, auth, headers, agent } = options;
    return {
      ...present({ ca, cert, key: privateKey, servername, rejectUnauthorized, auth }),
      headers: { ...plainHeaders(headers), ...impersonation(kubeconfig.user) },
      // Without a proxy the caller's own agent is used, which keeps connections alive; client-node's does not.
      ...(typeof kubeconfig.cluster['proxy-url'] === 'string' && typeof agent === 'object' ? { agent } : {}),
    };
  }

  return {
    options() {
      const now = Date.now();
      if (kept === undefined || kept.untilMs < now || kept.untilMs > now + keepMs) {
        const options = make();
        const entry = { options, untilMs: now + keepMs };
        kept = entry;
        options.catch(() => {
          if (kept === entry) kept = undefined;
        });
      }
      return kept.options;
    },
    refused() {
      isRefused = true;
      kept = undefined;
    },
  };
}

/** Lets all connections with the same certificates have one context: Node makes one for each otherwise, which takes more than a megabyte outside of its heap. */
function sharedContexts(): (options: ConnectOptions) => ConnectOptions {
  let kept: { key: string; secureContext: SecureContext } | undefined;
  return (options) => {
    const { ca, cert, key: privateKey } = options;
    const key = JSON.stringify([ca, cert, privateKey].map(String));
    try {
      if (kept?.key !== key) kept = { key, secureContext: createSecureContext(present({ ca, cert, key: privateKey })) };
    } catch {
      // What is wrong with a certificate is said when it is used.
      return options;
    }
    return { ...options, secureContext: kept.secureContext };
  };
}

/** client-node renews an OpenID Connect token on its way. */
function renewalFailed(error: unknown): AppError {
  const why = error instanceof Error ? error.message : String(error);
  return new AppError('UNAUTHENTICATED', `The OpenID Connect sign-in has ended and could not be renewed (${why}).`, { action: 'Sign in again with the program that made the kubeconfig.', cause: error });
}

/** What the kubeconfig says about a proxy counts, else what the environment says. */
function throughProxy(kubeconfig: PlainKubeconfig, server: string): PlainKubeconfig {
  const proxy = text(kubeconfig.cluster['proxy-url']) ?? proxyFromEnvironment(server, process.env);
  // client-node would go past a proxy of another kind without a word.
  if (proxy !== null && !/^(https?|socks5?):\/\/[^/\s]/.test(proxy)) {
    throw new AppError('INVALID_INPUT', `${proxy} is not the address of a proxy: it begins with http, https or socks5.`, { action: 'Check proxy-url in the kubeconfig, or HTTPS_PROXY.' });
  }
  return proxy === null ? kubeconfig : { ...kubeconfig, cluster: { ...kubeconfig.cluster, 'proxy-url': proxy } };
}

/** Whether certificates, a token or a password are all: client-node, which knows OIDC and proxies, costs 60 MB and is left out then. */
function isPlain({ cluster, user }: PlainKubeconfig): boolean {
  return user['auth-provider'] === undefined && cluster['proxy-url'] === undefined;
}

async function plainOptions({ cluster, user }: PlainKubeconfig, { token = text(user['token']), certData, keyData }: Credentials): Promise<ConnectOptions> {
  const username = text(user['username']);
  const as = text(user['as']);
  return {
    ...present({
      ca: (await bytesOf(cluster, 'certificate-authority')) ?? trustedHere(),
      cert: certData ?? (await bytesOf(user, 'client-certificate')),
      key: keyData ?? (await bytesOf(user, 'client-key')),
      servername: text(cluster['tls-server-name']),
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] === true ? false : undefined,
      auth: username === undefined ? undefined : `${username}:${text(user['password']) ?? ''}`,
    }),
    headers: { ...present({ authorization: token === undefined ? undefined : `Bearer ${token}`, 'Impersonate-User': as }), ...impersonation(user) },
  };
}

let trusted: string[] | undefined;

/** Where a kubeconfig names no authority: those that this computer trusts, as with kubectl, beside Node's own. An older Node knows only the latter. */
function trustedHere(): string[] | undefined {
  if (typeof tls.getCACertificates !== 'function') return undefined;
  trusted ??= [...new Set([...tls.rootCertificates, ...tls.getCACertificates('system')])];
  return trusted;
}

/** What is written out, or the file that is named; what is written out comes first, as with kubectl. */
async function bytesOf(entry: Record<string, unknown>, key: string): Promise<Buffer | undefined> {
  const data = text(entry[`${key}-data`]);
  if (data !== undefined) return Buffer.from(data, 'base64');
  const path = text(entry[key]);
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new AppError('UNAUTHENTICATED', `The file ${path}, which the kubeconfig names as ${key}, cannot be read.`, { action: 'Mend the kubeconfig, or make the file again.', cause: error });
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Without the keys that have no value, which exact optional types keep apart. */
function present<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

async function kubeConfigOf({ cluster, user }: PlainKubeconfig, { token, certData, keyData }: Credentials): Promise<KubeConfig> {
  // Loaded only where it is needed: it is large.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const signedIn = {
    ...user,
    ...(token === undefined ? {} : { token }),
    ...(certData === undefined ? {} : { 'client-certificate-data': Buffer.from(certData).toString('base64') }),
    ...(keyData === undefined ? {} : { 'client-key-data': Buffer.from(keyData).toString('base64') }),
  };
  config.loadFromString(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'it', cluster }],
      users: [{ name: 'it', user: signedIn }],
      contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
      'current-context': 'it',
    }),
  );
  return config;
}

/** Groups and uid of an impersonated user, which client-node leaves out. */
function impersonation(user: Record<string, unknown>): Record<string, string | string[]> {
  const groups = user['as-groups'];
  const uid = user['as-uid'];
  return {
    ...(Array.isArray(groups) && groups.length > 0 ? { 'Impersonate-Group': groups.map(String) } : {}),
    ...(typeof uid === 'string' ? { 'Impersonate-Uid': uid } : {}),
  };
}

function plainHeaders(headers: RequestOptions['headers']): Record<string, string> {
  if (headers === undefined || Array.isArray(headers)) return {};
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}
