import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunId } from '../../../contract/ids.ts';
import { RunId as RunIdSchema } from '../../../contract/ids.ts';
import type { CapsuleInfo } from '../../../contract/transfer.ts';
import { encodeBlob, putBlob, type EncodedBlob } from '../blobs/index.ts';
import { translated } from '../files/index.ts';
import type { Log } from '../ports.ts';
import type { RunsFeed, TextIndex } from '../runs/index.ts';
import { artifactsFolder } from './capsuleFormat.ts';
import { readCapsule, type Capsule } from './capsuleReader.ts';
import { writeCapsule, type CapsuleSource } from './capsuleWriter.ts';
import { addOutput, beginImport, dropAbandoned, dropImport, endImport, isThere, type Arriving, type InsertDependencies } from './insert.ts';
import { writeTarget } from './target.ts';
import { readEntry, type ZipEntry } from './zipReader.ts';

export interface CapsulesDependencies extends InsertDependencies, Omit<CapsuleSource, 'artifacts' | 'output'> {
  output: CapsuleSource['output'] & InsertDependencies['output'];
  feed: Pick<RunsFeed, 'bump' | 'reset'>;
  textIndex: Pick<TextIndex, 'schedule'>;
  /** Artifacts of a run of this computer's own, with where they are. */
  ownArtifacts(runId: RunId): Promise<{ path: string; file: string }[]>;
  /** Where artifacts that came with capsules are kept. */
  folder: string;
  log: Log;
}

export interface Capsules {
  exportRun(runId: RunId, path: string, overwrite: boolean): Promise<CapsuleInfo>;
  inspectRun(path: string): Promise<CapsuleInfo>;
  openRun(path: string): Promise<CapsuleInfo>;
  artifacts(runId: RunId): Promise<{ folder: string; artifacts: { path: string; bytes: number }[] }>;
}

export function createCapsules(deps: CapsulesDependencies): Capsules {
  const { storage, feed, textIndex, folder, log } = deps;
  try {
    dropAbandoned(deps);
  } catch (error) {
    // A full disk must not keep the application from starting.
    log(`runs that were not imported whole are still there: ${String(error)}`);
  }
  sweep().catch((error: unknown) => log(`artifacts of deleted runs could not be removed: ${String(error)}`));

  /** Removes what belongs to runs that are not in the history any more. */
  async function sweep(): Promise<void> {
    for (const name of await readdir(folder).catch(() => [])) {
      const id = RunIdSchema.safeParse(name);
      if (!id.success || !storage.read((sql) => isThere(sql, id.data))) await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  async function came(runId: RunId): Promise<{ path: string; bytes: number }[]> {
    const root = join(folder, runId);
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const found = await Promise.all(files.map(async (file) => ({ path: file.slice(root.length + 1).replaceAll('\\', '/'), bytes: (await stat(file)).size })));
    return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  const source: CapsuleSource = {
    ...deps,
    artifacts: async (runId) => [...(await deps.ownArtifacts(runId)), ...(await came(runId)).map(({ path }) => ({ path, file: join(folder, runId, path) }))],
  };

  function infoOf({ manifest: { run, inputs, entries, missing } }: Pick<Capsule, 'manifest'>): CapsuleInfo {
    return {
      runId: run.id,
      title: run.title,
      engine: run.engine,
      status: run.status,
      startedMs: run.startedMs,
      pythonVersion: run.pythonVersion,
      inputs: inputs?.files.length ?? 0,
      artifacts: entries.filter(({ name }) => name.startsWith(artifactsFolder)).length,
      bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
      missing,
      isKnown: storage.read((sql) => isThere(sql, run.id)),
    };
  }

  function reading<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
    return translated(`Cannot read ${path}`, async () => {
      const file = await open(path, 'r');
      try {
        return await work(file);
      } finally {
        await file.close();
      }
    });
  }

  async function insert(capsule: Capsule): Promise<void> {
    const { run, manifest } = capsule;
    const blobs: EncodedBlob[] = [];
    for (const entry of capsule.inputs) blobs.push(await encodeBlob(await readEntry(entry)));
    const unpacked = join(folder, `${run.id}.partial`);
    let arriving: Arriving | null = null;
    try {
      await rm(unpacked, { recursive: true, force: true });
      for (const entry of capsule.artifacts) await unpack(entry, join(unpacked, entry.name));
      const begun = storage.write((sql) => {
        for (const blob of blobs) putBlob(sql, blob);
        return beginImport(sql, deps, run, manifest.inputs, manifest.completeness);
      });
      arriving = begun;
      for await (const records of capsule.records()) storage.write((sql) => addOutput(sql, deps, begun, records));
      await rm(join(folder, run.id), { recursive: true, force: true });
      if (capsule.artifacts.length > 0) await rename(unpacked, join(folder, run.id));
      storage.write((sql) => {
        endImport(sql, deps, begun);
        feed.bump(sql);
      }, 'power');
    } catch (error) {
      await rm(unpacked, { recursive: true, force: true });
      takeBack(arriving);
      throw error;
    }
    feed.reset();
    textIndex.schedule();
  }

  function takeBack(arriving: Arriving | null): void {
    if (arriving === null) return;
    try {
      storage.write((sql) => dropImport(sql, arriving));
    } catch (error) {
      // The next start takes it away.
      log(`a run that was not imported whole is still there: ${String(error)}`);
    }
  }

  return {
    exportRun: async (runId, path, overwrite) => infoOf({ manifest: await writeTarget(path, overwrite, (file) => writeCapsule(source, runId, file)) }),
    inspectRun: (path) => reading(path, async (file) => infoOf(await readCapsule(file))),
    openRun: (path) =>
      reading(path, async (file) => {
        const capsule = await readCapsule(file);
        const info = infoOf(capsule);
        if (!info.isKnown) await insert(capsule);
        return info;
      }),
    artifacts: async (runId) => ({ folder: join(folder, runId), artifacts: await came(runId) }),
  };
}

/** Writes an entry to a file that is not there yet. */
async function unpack(entry: ZipEntry, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  const file = await open(place, 'wx', 0o600);
  try {
    for await (const piece of entry.pieces()) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}
