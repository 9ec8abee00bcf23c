import { statSync } from 'node:fs';
import { z } from 'zod';
import type { Connection, ConnectionId, Connections as Snapshot, Health, SignIn } from '../../../contract/connections.ts';
import { AppError, toAppError } from '../../../contract/errors.ts';
import { createClusterClient, kubeStatusOf, observedClient, type ClusterClient } from '../cluster/index.ts';
import type { Changes, Storage } from '../database/index.ts';
import { Feed, watchValue, type Events } from '../feed.ts';
import type { ContextEntry } from './entries.ts';
import { createKubeconfigs, type Places } from './kubeconfigs.ts';
import { createConnectionStore, type ConnectionPatch } from './settings.ts';
import { createSignIn } from './signIn.ts';

export interface ConnectionsDependencies {
  storage: Storage;
  changes: Changes;
  places: Places;
}

export interface Connections {
  snapshot(): Snapshot;
  watch(signal: AbortSignal | undefined): Events<Snapshot>;
  addFile(path: string): Snapshot;
  removeFile(path: string): Snapshot;
  update(id: ConnectionId, patch: ConnectionPatch): Connection;
  approveCommand(id: ConnectionId, digest: string): Connection;
  revokeCommand(id: ConnectionId): Connection;
  check(id: ConnectionId, signal?: AbortSignal): Promise<Connection>;
  namespaces(id: ConnectionId, signal?: AbortSignal): Promise<string[] | null>;
  /** @throws NOT_FOUND */
  get(id: ConnectionId): Connection;
  /**
   * The way to a cluster, shared by all who use it; it follows changes of the kubeconfig by itself.
   * @throws NOT_FOUND · INVALID_INPUT the entry is broken
   */
  client(id: ConnectionId): ClusterClient;
  /** Calls back when anything about connections has changed. @returns ends that */
  onChange(listener: () => void): () => void;
  dispose(): void;
}

const checkTimeoutMs = 10_000;
/** A use that shows what is known already is told this often. */
const retellMs = 30_000;
const Version = z.object({ gitVersion: z.string() });
const NamespaceList = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

export function createConnections({ storage, changes, places }: ConnectionsDependencies): Connections {
  const store = createConnectionStore(storage, changes);
  const feed = new Feed<null>(null, 1);
  const listeners = new Set<() => void>();
  const health = new Map<ConnectionId, Health>();
  const clients = new Map<ConnectionId, ClusterClient>();
  const asking = new Set<ConnectionId>();
  const kubeconfigs = createKubeconfigs(places, store.files, filesChanged);
  const unsubscribe = changes.subscribe('connections', filesChanged);

  function tell(): void {
    feed.publish(null);
    for (const listener of [...listeners]) listener();
  }

  function filesChanged(): void {
    kubeconfigs.reload();
    for (const [id, client] of clients) {
      const entry = kubeconfigs.contexts().find((one) => one.id === id);
      if (entry?.server?.replace(/\/$/, '') === client.server) continue;
      client.close();
      clients.delete(id);
      health.delete(id);
    }
    tell();
  }

  function entryOf(id: ConnectionId): ContextEntry {
    const entry = kubeconfigs.contexts().find((one) => one.id === id);
    if (entry === undefined) {
      throw new AppError('NOT_FOUND', 'The context of this connection is in no kubeconfig any more.', { action: 'Add its kubeconfig again, or choose another connection.' });
    }
    return entry;
  }

  function usableEntryOf(id: ConnectionId): ContextEntry {
    const entry = entryOf(id);
    if (entry.problem !== null) throw new AppError('INVALID_INPUT', `The connection "${entry.name}" cannot be used: ${entry.problem}`, { action: `Mend ${entry.file}.` });
    return entry;
  }

  function connectionOf(entry: ContextEntry): Connection {
    const settings = store.settings(entry.id);
    const signIn = signInOf(entry, store.isApproved);
    const known = health.get(entry.id) ?? { state: 'unknown' };
    return {
      id: entry.id,
      name: entry.name,
      file: entry.file,
      cluster: entry.clusterName,
      server: entry.server,
      user: entry.userName,
      namespace: settings.namespace ?? entry.namespace ?? 'default',
      namespaceFrom: settings.namespace !== null ? 'chosen' : entry.namespace !== null ? 'context' : 'default',
      production: settings.production,
      maxRuns: settings.maxRuns,
      current: entry.current,
      signIn,
      warnings: entry.warnings,
      problem: entry.problem,
      health: signIn.method === 'command' && !signIn.command.approved ? { state: 'needsApproval' } : known,
    };
  }

  function clientOf(id: ConnectionId): ClusterClient {
    const { server } = usableEntryOf(id);
    const known = clients.get(id);
    if (known !== undefined) return known;
    const plain = createClusterClient({
      server: server ?? '',
      kubeconfig: () => usableEntryOf(id).kubeconfig,
      credentials: createSignIn({ entry: () => usableEntryOf(id), isApproved: store.isApproved }),
    });
    // Not for one that was closed meanwhile: its kubeconfig leads elsewhere by now.
    const isCurrent = (): boolean => clients.get(id) === client;
    const client = observedClient(plain, {
      onAnswer: () => {
        if (isCurrent()) answered(id, plain);
      },
      onFailure: (error) => {
        if (isCurrent()) heard(id, healthOf(error));
      },
    });
    clients.set(id, client);
    return client;
  }

  /** A use that went well: what is not known yet, the version above all, is asked for. */
  function answered(id: ConnectionId, client: ClusterClient): void {
    const known = health.get(id);
    if (known?.state === 'checking' || asking.has(id)) return;
    if (known?.state !== 'ok') void ask(id, client);
    else if (Math.abs(Date.now() - known.checkedMs) > retellMs) heard(id, { ...known, checkedMs: Date.now() });
  }

  /** Asks for the version; the answer is the health. */
  async function ask(id: ConnectionId, client: ClusterClient, signal?: AbortSignal): Promise<void> {
    const before: Health = health.get(id) ?? { state: 'unknown' };
    const started = performance.now();
    asking.add(id);
    try {
      const { gitVersion } = Version.parse(await client.request('GET', '/version', { signal, timeoutMs: checkTimeoutMs }));
      heard(id, { state: 'ok', version: gitVersion, latencyMs: performance.now() - started, checkedMs: Date.now() });
    } catch (error) {
      const failure = toAppError(error);
      const refused = kubeStatusOf(failure)?.code ?? 500;
      if (failure.code === 'CANCELLED') heard(id, before);
      // No API server refuses this question so: another program listens there, or it wants TLS.
      else if (refused === 404 || refused === 400) heard(id, healthOf(new AppError('UNAVAILABLE', `${client.server} answers, but not as a Kubernetes API server does.`)));
      // It is there, and keeps its version to itself.
      else if (refused < 500 && refused !== 401) heard(id, { state: 'ok', version: '', latencyMs: performance.now() - started, checkedMs: Date.now() });
      else heard(id, healthOf(failure));
    } finally {
      asking.delete(id);
    }
  }

  function heard(id: ConnectionId, next: Health): void {
    const known = health.get(id);
    const since = known !== undefined && known.state === next.state && 'sinceMs' in known && 'sinceMs' in next ? { sinceMs: known.sinceMs } : {};
    health.set(id, { ...next, ...since });
    const isNews = known === undefined || known.state !== next.state || !('message' in known && 'message' in next) || known.message !== next.message;
    if (isNews) tell();
  }

  const snapshot = (): Snapshot => ({ connections: kubeconfigs.contexts().map(connectionOf), files: kubeconfigs.files() });

  return {
    snapshot,
    watch: (signal) => watchValue(feed, snapshot, signal),

    addFile(path) {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) throw new AppError('NOT_FOUND', `There is no file ${path}.`);
      if (stats.isDirectory()) throw new AppError('INVALID_INPUT', `${path} is a folder.`, { action: 'Choose a kubeconfig in it.' });
      store.addFile(path);
      filesChanged();
      return snapshot();
    },

    removeFile(path) {
      if (!store.removeFile(path)) throw new AppError('NOT_FOUND', `${path} was not added here.`);
      filesChanged();
      return snapshot();
    },

    update(id, patch) {
      const entry = entryOf(id);
      store.update(id, patch);
      tell();
      return connectionOf(entry);
    },

    approveCommand(id, digest) {
      const entry = entryOf(id);
      if (entry.exec?.digest !== digest) {
        throw new AppError('CONFLICT', `The sign-in command of "${entry.name}" is another by now; nothing was allowed.`, { action: 'Look at the command again.' });
      }
      store.approve(digest);
      tell();
      return connectionOf(entry);
    },

    revokeCommand(id) {
      const entry = entryOf(id);
      if (entry.exec !== null) store.revoke(entry.exec.digest);
      clients.get(id)?.refused();
      tell();
      return connectionOf(entry);
    },

    async check(id, signal) {
      const { problem } = entryOf(id);
      if (problem !== null) return connectionOf(entryOf(id));
      const client = clientOf(id);
      const asked = ask(id, client, signal);
      heard(id, { state: 'checking', sinceMs: Date.now() });
      await asked;
      return connectionOf(entryOf(id));
    },

    async namespaces(id, signal) {
      try {
        const list = NamespaceList.parse(await clientOf(id).request('GET', '/api/v1/namespaces', { signal, query: { limit: 5000 } }));
        return list.items.map(({ metadata }) => metadata.name).toSorted();
      } catch (error) {
        // The cluster's own "no"; an unapproved sign-in program is an error that says what to allow.
        if (kubeStatusOf(error)?.code === 403) return null;
        throw error;
      }
    },

    get: (id) => connectionOf(entryOf(id)),
    client: clientOf,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    dispose() {
      unsubscribe();
      kubeconfigs.dispose();
      for (const client of clients.values()) client.close();
      feed.close();
    },
  };
}

/** What a failed use says about a connection. */
function healthOf(error: AppError): Health {
  if (error.code === 'UNAUTHENTICATED') return { state: 'signedOut', message: error.message, sinceMs: Date.now() };
  return { state: 'unreachable', message: error.message, sinceMs: Date.now() };
}

function signInOf({ exec, tokenFile, kubeconfig }: ContextEntry, isApproved: (digest: string) => boolean): SignIn {
  const { user } = kubeconfig;
  if (exec !== null) {
    const { plugin, digest } = exec;
    return { method: 'command', command: { command: plugin.command, args: plugin.args, env: plugin.env, digest, approved: isApproved(digest), installHint: plugin.installHint } };
  }
  if (user['auth-provider'] !== undefined) return { method: 'oidc' };
  if (tokenFile !== null || user['token'] !== undefined) return { method: 'token' };
  if (user['client-certificate'] !== undefined || user['client-certificate-data'] !== undefined) return { method: 'certificate' };
  if (user['username'] !== undefined) return { method: 'password' };
  return { method: 'none' };
}
