import type { Storage } from '../database/index.ts';
import { chunksAfter, type PlacedChunk } from './chunks.ts';
import { decompressAhead } from './codec.ts';

/** The first finds are wanted at once, what follows in large steps: each is so many times as large as the last. */
const growth = 4;

/** Has another thread do something with chunks that are read next; `before` is the one before them. What it makes is found by the chunk later. */
export type Prepare = (chunks: readonly PlacedChunk[], before: PlacedChunk) => Promise<void>;

/** Reads chunks in order, a few at a time: the next ones while the last are looked through, because another thread can prepare them. */
export class ReadAhead {
  readonly #storage: Storage;
  readonly #key: number;
  readonly #most: number;
  readonly #prepare: Prepare;
  #count = 1;
  #ahead: { after: number; to: number; chunks: PlacedChunk[]; isReady: Promise<unknown> } | null = null;

  /** @param most chunks that are read at once, and as many ahead */
  constructor(storage: Storage, key: number, most: number, prepare: Prepare = decompressAhead) {
    this.#storage = storage;
    this.#key = key;
    this.#most = most;
    this.#prepare = prepare;
  }

  /** Chunks that hold records after `after`, in order, none of which begins after record `to`. @returns none when there are none */
  async read(after: number, to: number): Promise<PlacedChunk[]> {
    const ahead = this.#ahead;
    this.#ahead = null;
    const isNext = ahead?.after === after && ahead.to === to;
    const chunks = isNext ? ahead.chunks : this.#fetch(after, to);
    const last = chunks.at(-1);
    this.#count = Math.min(this.#most, this.#count * growth);
    if (last !== undefined && last.last_seq < to) {
      const next = this.#fetch(last.last_seq, to);
      this.#ahead = { after: last.last_seq, to, chunks: next, isReady: this.#prepare(next, last) };
    }
    if (isNext) await ahead.isReady;
    return chunks;
  }

  #fetch(after: number, to: number): PlacedChunk[] {
    return this.#storage.read((sql) => chunksAfter(sql, this.#key, after, this.#count, to));
  }
}
