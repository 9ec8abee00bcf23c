import type { Storage } from '../database/index.ts';
import { chunksAfter } from './chunks.ts';
import { decompressAhead, type StoredChunk } from './codec.ts';

/** The first finds are wanted at once, what follows in large steps: each is so many times as large as the last. */
const growth = 4;

/** Reads chunks in order, a few at a time: the next ones while the last are looked through, because other threads can decompress them. */
export class ReadAhead {
  readonly #storage: Storage;
  readonly #key: number;
  readonly #most: number;
  #count = 1;
  #ahead: { after: number; to: number; chunks: StoredChunk[]; isReady: Promise<unknown> } | null = null;

  /** @param most chunks that are read at once, and as many ahead */
  constructor(storage: Storage, key: number, most: number) {
    this.#storage = storage;
    this.#key = key;
    this.#most = most;
  }

  /** Chunks that hold records after `after`, in order, none of which begins after record `to`. @returns none when there are none */
  async read(after: number, to: number): Promise<StoredChunk[]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    const isNext = ahead?.after === after && ahead.to === to;
    const chunks = isNext ? ahead.chunks : this.#fetch(after, to);
    const last = chunks.at(-1);
    this.#count = Math.min(this.#most, this.#count * growth);
    if (last !== undefined && last.last_seq < to) {
      const next = this.#fetch(last.last_seq, to);
      this.#ahead = { after: last.last_seq, to, chunks: next, isReady: decompressAhead(next) };
    }
    if (isNext) await ahead.isReady;
    return chunks;
  }

  #fetch(after: number, to: number): StoredChunk[] {
    return this.#storage.read((sql) => chunksAfter(sql, this.#key, after, this.#count, to));
  }
}
