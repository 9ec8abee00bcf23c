import { open } from 'node:fs/promises';
import type { Storage } from '../database/index.ts';
import { maxKeptBytes } from '../../../contract/inputs.ts';
import { encodeBlob, findBlob, hashOf, putBlob, putTree, type EncodedBlob, type TreeFile } from '../blobs/index.ts';
import type { ReadState } from '../files/index.ts';
import type { Sql } from '../database/index.ts';

/** A file to be kept: how to read it, and what names its state where that is known without reading. */
export interface Offered {
  path: string;
  /** Absolute path and version, for the memory of hashes; null where there is none. */
  state: string | null;
  /** Bytes, as far as they are known. */
  bytes: number | null;
  read(): Promise<ReadState>;
}

export type Captured = { path: string; bytes: number } & ({ hash: string; blob: EncodedBlob | null } | { hash: null; reason: string });

/** Hashes of states that were kept before: an unchanged folder is not read again. */
export class HashMemory {
  readonly #known = new Map<string, { hash: string; bytes: number }>();
  readonly #most = 50_000;

  get(state: string): { hash: string; bytes: number } | undefined {
    return this.#known.get(state);
  }

  set(state: string, known: { hash: string; bytes: number }): void {
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(state, known);
  }
}

const tooLarge = `the files of a run are kept up to ${maxKeptBytes / 1024 / 1024} MiB together`;

/** Reads and packs what is not stored yet. */
export async function capture(storage: Storage, memory: HashMemory, files: readonly Offered[], maxBytes = maxKeptBytes): Promise<Captured[]> {
  const captured: Captured[] = [];
  let left = maxBytes;
  for (const { path, state, bytes, read } of files) {
    const known = state === null ? undefined : memory.get(state);
    if (known !== undefined && known.bytes <= left && isStored(storage, known.hash)) {
      left -= known.bytes;
      captured.push({ path, ...known, blob: null });
      continue;
    }
    if (bytes !== null && bytes > left) {
      captured.push({ path, bytes, hash: null, reason: tooLarge });
      continue;
    }
    const content = await read();
    if (content.state !== 'read') {
      captured.push({ path, bytes: bytes ?? 0, hash: null, reason: content.state === 'changed' ? 'it changed before it was kept' : 'it could not be read' });
    } else if (content.data.byteLength > left) {
      captured.push({ path, bytes: content.data.byteLength, hash: null, reason: tooLarge });
    } else {
      left -= content.data.byteLength;
      const hash = hashOf(content.data);
      if (state !== null) memory.set(state, { hash, bytes: content.data.byteLength });
      captured.push({ path, bytes: content.data.byteLength, hash, blob: isStored(storage, hash) ? null : await encodeBlob(content.data) });
    }
  }
  return captured;
}

function isStored(storage: Storage, hash: string): boolean {
  return storage.read((sql) => findBlob(sql, hash)) !== undefined;
}

/** Stores what was captured as one tree. @returns null when a content that was there has been cleared away since: capture again */
export function storeTree(sql: Sql, captured: readonly Captured[]): number | null {
  const files: TreeFile[] = [];
  for (const file of captured) {
    const { path, bytes } = file;
    if (file.hash === null) {
      files.push({ path, bytes, blob: null, hash: null, reason: file.reason });
      continue;
    }
    const blob = file.blob === null ? findBlob(sql, file.hash) : putBlob(sql, file.blob);
    if (blob === undefined) return null;
    files.push({ path, bytes, blob, hash: file.hash, reason: null });
  }
  return putTree(sql, files);
}

/** Reads a file of any place whole. */
export async function readWhole(path: string): Promise<ReadState> {
  try {
    const file = await open(path, 'r');
    try {
      return { state: 'read', data: await file.readFile() };
    } finally {
      await file.close();
    }
  } catch {
    return { state: 'gone' };
  }
}
