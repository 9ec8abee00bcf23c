import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, toAppError } from '../../../contract/errors.ts';
import type { ClientId, RunId } from '../../../contract/ids.ts';
import type { contract } from '../../../contract/index.ts';
import { RunEnvironment, type RunInputs, type RunPackage } from '../../../contract/inputs.ts';
import { findTree, readBlob, readTree, type TreeFile } from '../blobs/index.ts';
import type { Sql, Storage } from '../database/index.ts';
import { readVersion } from '../files/index.ts';
import type { Log, ParsedInput } from '../ports.ts';
import { findOwnRun, findRun } from '../runs/index.ts';
import { capture, HashMemory, readWhole, storeTree, type Offered } from './capture.ts';
import { packagesOf, setPackages } from './packages.ts';

type KeepInput = ParsedInput<(typeof contract)['inputs']['keep']>;
type ReadInput = ParsedInput<(typeof contract)['inputs']['read']>;

export interface InputsDependencies {
  storage: Storage;
  /** The open folder. */
  workspace(): string | null;
  /** What is known now of where a cluster run was; null for others. */
  clusterEnvironment(runId: RunId): Partial<RunEnvironment> | null;
  /** Kept files are written below it for cluster runs. */
  folder: string;
  log: Log;
}

export interface Inputs {
  keep(input: KeepInput, clientId: ClientId): Promise<{ kept: number; missing: number }>;
  keepSame(runId: RunId, as: RunId, clientId: ClientId): void;
  /** Keeps what went along with a cluster run; `content` is by path, relative, with forward slashes. */
  keepBundle(runId: RunId, folder: string | null, content: ReadonlyMap<string, { file: string } | { text: string }>, requirements: readonly string[]): Promise<void>;
  /** Notes what a cluster run can import, as its runner told it. */
  setPackages(runId: RunId, packages: readonly RunPackage[]): void;
  get(runId: RunId): RunInputs | null;
  read(input: ReadInput): { files: { path: string; data: string }[]; next: string | null };
  /** All kept files with their contents, one at a time. @param onDamaged told of those that cannot be read; without it they throw @throws STORAGE_CORRUPT */
  contents(runId: RunId, onDamaged?: (path: string) => void): Generator<{ path: string; data: Buffer }, void>;
  unpack(runId: RunId): Promise<string>;
}

/** As it is stored: packages have a table of their own. */
const Environment = RunEnvironment.omit({ packages: true });

const ignoreName = '.pyexekubeignore';

/** Bytes that one read answers. */
const readBytes = 16 * 1024 * 1024;

export function createInputs({ storage, workspace, clusterEnvironment, folder, log }: InputsDependencies): Inputs {
  const memory = new HashMemory();
  /** Written once: what is kept of a run does not change. */
  const unpacked = new Map<RunId, Promise<string>>();
  rm(folder, { recursive: true, force: true }).catch((error: unknown) => log(`unpacked files could not be removed: ${String(error)}`));

  async function keepFiles(find: (sql: Sql) => number, from: string | null, environment: RunEnvironment, files: readonly Offered[]): Promise<{ kept: number; missing: number }> {
    for (;;) {
      const captured = await capture(storage, memory, files);
      const isStored = storage.write((sql) => {
        const key = find(sql);
        const tree = files.length === 0 ? null : storeTree(sql, captured);
        if (tree === null && files.length > 0) return false;
        const { packages, ...rest } = environment;
        sql.run('INSERT OR IGNORE INTO run_inputs (key, tree, folder, environment) VALUES (?, ?, ?, ?)', key, tree, from, JSON.stringify(rest));
        if (packages !== null) setPackages(sql, key, packages);
        return true;
      });
      const missing = captured.filter(({ hash }) => hash === null).length;
      if (isStored) return { kept: captured.length - missing, missing };
    }
  }

  function filesOf(runId: RunId): TreeFile[] {
    return storage.read((sql) => {
      const tree = findTree(sql, findRun(sql, runId).key)?.tree ?? null;
      return tree === null ? [] : readTree(sql, tree);
    });
  }

  function* contents(runId: RunId, onDamaged?: (path: string) => void): Generator<{ path: string; data: Buffer }, void> {
    for (const { path, blob } of filesOf(runId)) {
      if (blob === null) continue;
      try {
        yield { path, data: storage.read((sql) => readBlob(sql, blob, path)) };
      } catch (error) {
        if (onDamaged === undefined || toAppError(error).code !== 'STORAGE_CORRUPT') throw error;
        onDamaged(path);
      }
    }
  }

  async function unpack(runId: RunId): Promise<string> {
    const root = join(folder, runId);
    await rm(root, { recursive: true, force: true });
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const { path, data } of contents(runId)) {
      const place = join(root, path);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, data);
    }
    // What was sent once is sent again whole, whatever its name: the rules that chose it have had their say.
    await writeFile(join(root, ignoreName), '!*\n/.pyexekubeignore\n');
    return root;
  }

  return {
    async keep({ runId, folder: from, files, environment }, clientId) {
      if (from !== null && from !== workspace()) throw new AppError('FORBIDDEN', `${from} is not the open folder.`, { action: 'Open it first.' });
      const find = (sql: Sql): number => findOwnRun(sql, runId, clientId).key;
      storage.read(find);
      const offered = from === null ? [] : files.map(({ path, version }): Offered => ({ path, state: `${from}\0${path}\0${version}`, bytes: sizeOf(version), read: () => readVersion(from, path, version) }));
      return keepFiles(find, from, environment, offered);
    },

    keepSame(runId, as, clientId) {
      storage.write((sql) => {
        const kept = findTree(sql, findRun(sql, as).key);
        const { key } = findOwnRun(sql, runId, clientId);
        if (kept === undefined) throw new AppError('NOT_FOUND', 'The files of the first run were not kept.');
        sql.run('INSERT OR IGNORE INTO run_inputs (key, tree, folder, environment) VALUES (?, ?, ?, ?)', key, kept.tree, kept.folder, kept.environment);
      });
    },

    async keepBundle(runId, from, content, requirements) {
      const offered = [...content].map(([path, source]): Offered => ({
        path,
        state: null,
        bytes: 'text' in source ? Buffer.byteLength(source.text) : null,
        read: async () => ('text' in source ? { state: 'read', data: Buffer.from(source.text) } : readWhole(source.file)),
      }));
      await keepFiles((sql) => findRun(sql, runId).key, from, RunEnvironment.parse({ requirements }), offered);
    },

    setPackages: (runId, packages) => storage.write((sql) => setPackages(sql, findRun(sql, runId).key, packages)),

    get: (runId) =>
      storage.read((sql) => {
        const { key } = findRun(sql, runId);
        const kept = findTree(sql, key);
        if (kept === undefined) return null;
        const files = kept.tree === null ? [] : readTree(sql, kept.tree).map(({ path, bytes, hash, reason }) => ({ path, bytes, hash, reason }));
        const environment = RunEnvironment.parse({ ...Environment.parse(JSON.parse(kept.environment)), ...clusterEnvironment(runId), packages: packagesOf(sql, key) });
        return { folder: kept.folder, files, environment };
      }),

    read({ runId, after, paths }) {
      const wanted = paths === undefined ? null : new Set(paths);
      const found: { path: string; data: string }[] = [];
      let bytes = 0;
      for (const { path, blob, bytes: size } of filesOf(runId)) {
        if (blob === null || path <= after || wanted?.has(path) === false) continue;
        bytes += size;
        if (bytes > readBytes && found.length > 0) return { files: found, next: found.at(-1)?.path ?? null };
        found.push({ path, data: storage.read((sql) => readBlob(sql, blob, path)).toString('base64') });
      }
      return { files: found, next: null };
    },

    contents,

    async unpack(runId) {
      const known = unpacked.get(runId) ?? unpack(runId);
      unpacked.set(runId, known);
      try {
        const root = await known;
        // Another process that starts empties the folder.
        await access(join(root, ignoreName));
        return root;
      } catch {
        const again = unpack(runId);
        unpacked.set(runId, again);
        return again;
      }
    },
  };
}

/** The size is part of a file's version; see files/paths.ts. */
function sizeOf(version: string): number | null {
  const size = Number.parseInt(version.split('-')[1] ?? '', 36);
  return Number.isFinite(size) ? size : null;
}
