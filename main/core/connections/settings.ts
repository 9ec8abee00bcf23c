import type { ConnectionId } from '../../../contract/connections.ts';
import type { Changes, Storage } from '../database/index.ts';

/** Runs at once on one connection, until the person says otherwise. */
export const defaultMaxRuns = 10;

export interface ConnectionSettings {
  production: boolean;
  namespace: string | null;
  maxRuns: number;
}

export interface ConnectionPatch {
  production?: boolean | undefined;
  namespace?: string | null | undefined;
  maxRuns?: number | undefined;
}

interface Row {
  id: ConnectionId;
  production: number;
  namespace: string | null;
  max_runs: number | null;
}

/** What is kept about connections beside the kubeconfigs. */
export interface ConnectionStore {
  settings(id: ConnectionId): ConnectionSettings;
  update(id: ConnectionId, patch: ConnectionPatch): void;
  files(): string[];
  addFile(path: string): void;
  /** @returns whether it was there */
  removeFile(path: string): boolean;
  isApproved(digest: string): boolean;
  approve(digest: string): void;
  revoke(digest: string): void;
}

export function createConnectionStore(storage: Storage, changes: Changes): ConnectionStore {
  const write = (text: string, ...params: (string | number | null)[]): number =>
    storage.write((sql) => {
      const changed = sql.run(text, ...params);
      changes.bump(sql, 'connections');
      return changed;
    }, 'power');

  return {
    settings(id) {
      const row = storage.read((sql) => sql.get<Row>('SELECT id, production, namespace, max_runs FROM connection_settings WHERE id = ?', id));
      return { production: row?.production === 1, namespace: row?.namespace ?? null, maxRuns: row?.max_runs ?? defaultMaxRuns };
    },
    update(id, { production, namespace, maxRuns }) {
      const now = this.settings(id);
      write(
        'INSERT OR REPLACE INTO connection_settings (id, production, namespace, max_runs) VALUES (?, ?, ?, ?)',
        id, (production ?? now.production) ? 1 : 0, namespace === undefined ? now.namespace : namespace, maxRuns ?? now.maxRuns,
      );
    },
    files: () => storage.read((sql) => sql.all<{ path: string }>('SELECT path FROM kubeconfig_files ORDER BY added_ms, path').map(({ path }) => path)),
    addFile: (path) => void write('INSERT OR IGNORE INTO kubeconfig_files (path, added_ms) VALUES (?, ?)', path, Date.now()),
    removeFile: (path) => write('DELETE FROM kubeconfig_files WHERE path = ?', path) > 0,
    isApproved: (digest) => storage.read((sql) => sql.get('SELECT 1 FROM approved_commands WHERE digest = ?', digest)) !== undefined,
    approve: (digest) => void write('INSERT OR IGNORE INTO approved_commands (digest, approved_ms) VALUES (?, ?)', digest, Date.now()),
    revoke: (digest) => void write('DELETE FROM approved_commands WHERE digest = ?', digest),
  };
}
