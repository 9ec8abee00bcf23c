import { withoutStyles } from '../../../contract/outputPattern.ts';
import type { Sql, Storage } from '../database/index.ts';
import { chunkAt, chunksAfter } from './chunks.ts';
import { decodeColumns, forget, textBytesOf, type StoredChunk } from './codec.ts';
import { bucketsOf } from './grams.ts';
import { lookUp } from './gramLookup.ts';
import { isClosedAfter, isOpenBefore, lastChunkStart, lineStartBefore, type LineStart } from './lineStarts.ts';
import { ReadAhead, type Prepare } from './readAhead.ts';
import type { Required } from './required.ts';
import { compilePattern } from './scan.ts';

/** Chunks to read next. With `jump`, reading goes on at another place, where a line may begin that is not to be looked at. */
export interface Step {
  chunks: StoredChunk[];
  jump: LineStart | null;
}

export interface WalkOptions {
  /** What every wanted line has; null when any may be wanted. */
  required: Required | null;
  /** Lines around each that are wanted too. */
  context: number;
  /** Where to begin, if not at the beginning. */
  start?: LineStart | undefined;
  /** The end is wanted in any case. */
  readsEnd: boolean;
  /** Most chunks of a step. */
  chunksAtOnce: number;
  /** What is done with chunks before they are given, if not to decompress them. */
  prepare?: Prepare | undefined;
}

/** Records of chunks that are read if they are sure, or hold the text when looked at. */
interface Item {
  from: number;
  to: number;
  isSure: boolean;
}

/** What may be the end of a sequence that began in the chunk before. */
const styleEnd = /^\[?[\d;:]{0,125}[mK]/;

/** What begins a style. */
const escape = 0x1b;
/** Characters at the beginning of a chunk that may belong to what was searched for or to a style; no text that is searched for is longer. */
const longestEnd = 1024;

/** So many chunks that turn out not to hold the text are looked at before other work has its turn. */
const looksAtOnce = 8;

/**
 * Goes through the chunks of an output that a search has to read, in order: all, or those in which the index cannot exclude the text, each
 * with the chunks in which its lines begin and end.
 */
export class OutputWalk {
  /** The last record of the chunks that were given. */
  at: number;
  readonly #storage: Storage;
  readonly #key: number;
  readonly #options: WalkOptions;
  readonly #reader: ReadAhead;
  readonly #test: OccurrenceTest | null;
  readonly #items: Item[];
  #nextItem = 0;
  /** All up to this record is given, and then so many line feeds more. */
  #to = 0;
  #feeds = 0;
  #jump: LineStart | null = null;

  constructor(storage: Storage, key: number, options: WalkOptions) {
    this.#storage = storage;
    this.#key = key;
    this.#options = options;
    this.#reader = new ReadAhead(storage, key, options.chunksAtOnce, options.prepare);
    this.at = options.start?.after ?? 0;
    this.#to = this.at;
    const { required } = options;
    const buckets = required === null ? [] : bucketsOf(required.literal, required.matchCase);
    this.#test = required === null ? null : occurrenceTest(required);
    this.#items = buckets.length === 0 ? [{ from: this.at + 1, to: Infinity, isSure: true }] : storage.read((sql) => itemsOf(sql, key, buckets, options));
  }

  /** @returns null when there is no more; a step may be empty, when looking for the next took its time */
  async next(): Promise<Step | null> {
    for (let looks = 0; looks < looksAtOnce; ) {
      if (this.at < this.#to) {
        const step = this.#give(await this.#reader.read(this.at, this.#to));
        if (step !== null) return step;
        this.#to = this.at;
      } else if (this.#feeds > 0) {
        const step = this.#give(this.#storage.read((sql) => chunksAfter(sql, this.#key, this.at, 1)));
        if (step !== null) return step;
        this.#feeds = 0;
      } else {
        const item = this.#items[this.#nextItem++];
        if (item === undefined) return null;
        if (!item.isSure) looks++;
        const step = this.#approach(item);
        if (step !== null) return step;
      }
    }
    return { chunks: [], jump: null };
  }

  #give(chunks: StoredChunk[]): Step | null {
    const last = chunks.at(-1);
    if (last === undefined) return null;
    const step = { chunks, jump: this.#jump };
    this.#jump = null;
    const wasInside = this.at < this.#to;
    this.at = last.last_seq;
    if (!wasInside) this.#feeds -= last.line_feeds;
    // The line that is open goes on, and so do the lines around the last wanted one, or around where an earlier walk has ended.
    else if (this.at >= this.#to) this.#feeds = 2 * this.#options.context + (isClosedAfter(last) ? 0 : 1);
    return step;
  }

  /** Decides from where on an item is read, if it is. @returns a step, where it is at hand already */
  #approach({ from, to, isSure }: Item): Step | null {
    if (to <= this.at) return null;
    if (from <= this.at + 1) {
      this.#to = to;
      return null;
    }
    const storage = this.#storage;
    const chunk = storage.read((sql) => (isSure ? chunksAfter(sql, this.#key, from - 1, 1)[0] : chunkAt(sql, this.#key, from)));
    if (chunk === undefined) return null;
    if (!isSure && !this.#mayHold(chunk)) return null;
    const start = storage.read((sql) => lineStartBefore(sql, this.#key, chunk.first_seq, this.#options.context));
    this.#to = to;
    if (start.after <= this.at) return null;
    this.at = start.after;
    this.#jump = start;
    return start.after === chunk.first_seq - 1 ? this.#give([chunk]) : null;
  }

  #mayHold(chunk: StoredChunk): boolean {
    const wanted = this.#test?.bytes ?? null;
    const bytes = wanted === null ? null : textBytesOf(chunk);
    if (wanted !== null && bytes?.includes(escape) === false) return this.#mayHoldBytes(chunk, bytes, wanted);
    const columns = decodeColumns(chunk);
    if (columns?.isText !== true || this.#test === null) return true;
    const text = withoutStyles(columns.text);
    if (this.#test.within(text)) return true;
    return this.#isOpenBefore(chunk) && (styleEnd.test(text) || this.#test.endsIn(text));
  }

  /** The same for text without styles, of which no string is made. */
  #mayHoldBytes(chunk: StoredChunk, bytes: Buffer, wanted: Buffer): boolean {
    if (bytes.includes(wanted)) return true;
    const isEnd = (): boolean => {
      const head = bytes.toString('latin1', 0, longestEnd);
      return styleEnd.test(head) || this.#test?.endsIn(head) === true;
    };
    if (this.#isOpenBefore(chunk) && isEnd()) return true;
    forget(chunk);
    return false;
  }

  #isOpenBefore({ first_seq }: StoredChunk): boolean {
    return this.#storage.read((sql) => isOpenBefore(sql, this.#key, first_seq));
  }
}

function itemsOf(sql: Sql, key: number, buckets: readonly number[], { start, readsEnd }: WalkOptions): Item[] {
  const items: Item[] = [];
  let at = start?.after ?? 0;
  if (start !== undefined) items.push({ from: at + 1, to: at + 1, isSure: true });
  for (const { firstSeq, lastSeq, candidates } of lookUp(sql, key, buckets)) {
    if (lastSeq <= at) continue;
    if (firstSeq > at + 1) items.push({ from: at + 1, to: firstSeq - 1, isSure: true });
    for (const run of runsOf(candidates.filter(({ to }) => to > at))) items.push(...run);
    at = lastSeq;
  }
  const end = readsEnd ? lastChunkStart(sql, key) : null;
  if (end !== null && end <= at) items.push({ from: end, to: end, isSure: true });
  items.push({ from: at + 1, to: Infinity, isSure: true });
  return items;
}

/** Many chunks in a row are read without looking first: a text that is so common is in most of them. */
const manyInARow = 4;

/** Chunks that may hold the text as items; those that follow each other are one when they are many. */
function runsOf(candidates: readonly Pick<Item, 'from' | 'to'>[]): Item[][] {
  const runs: Item[][] = [];
  for (const { from, to } of candidates) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1)?.to === from - 1) run.push({ from, to, isSure: false });
    else runs.push([{ from, to, isSure: false }]);
  }
  return runs.map((run) => (run.length < manyInARow ? run : [{ from: run[0]?.from ?? 0, to: run.at(-1)?.to ?? 0, isSure: true }]));
}

interface OccurrenceTest {
  /** The wanted text, where it can be looked for as bytes: it is ASCII, and its case counts. */
  bytes: Buffer | null;
  within(text: string): boolean;
  /** Whether an end of the wanted text stands at the beginning of this one, which goes on with a line. */
  endsIn(text: string): boolean;
}

function occurrenceTest({ literal, matchCase }: Required): OccurrenceTest {
  const pattern = compilePattern({ query: literal, regex: false, matchCase });
  return {
    bytes: matchCase && Buffer.byteLength(literal) === literal.length ? Buffer.from(literal) : null,
    within: (text) => {
      pattern.lastIndex = 0;
      return pattern.test(text);
    },
    endsIn: (text) => {
      const wanted = folded(literal, matchCase);
      const head = folded(text.slice(0, literal.length - 1), matchCase);
      return head.some((_, i) => wanted.slice(-i - 1).every((unit, at) => unit === head[at] || (!matchCase && (unit > 127 || (head[at] ?? 0) > 127))));
    },
  };
}

/** Code units; those of ASCII letters without their case when it does not count. */
function folded(text: string, matchCase: boolean): number[] {
  return Array.from({ length: text.length }, (_, i) => {
    const unit = text.charCodeAt(i);
    return !matchCase && unit >= 65 && unit <= 90 ? unit + 32 : unit;
  });
}
