import { isAscii } from 'node:buffer';
import type { TextStream } from '../../../contract/output.ts';
import type { OutputSource } from '../../../contract/outputFilter.ts';
import { textStreams } from './textStreams.ts';

/** What is read of the header of a chunk of columns (`packColumns`). It is looked at by hand: the thread that does this has no room for zod. */
interface Header {
  timeMs: number;
  times: readonly number[];
  kinds: readonly number[];
  lengths: readonly number[];
  sources: readonly (readonly [index: number, source: OutputSource | null])[];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}

function isChange(value: unknown): value is Header['sources'][number] {
  if (!Array.isArray(value) || typeof value[0] !== 'number') return false;
  const source: unknown = value[1];
  return source === null || (isObject(source) && typeof source['container'] === 'string' && typeof source['attempt'] === 'number');
}

/** @returns null for text that is no ASCII, and for records that are not text */
function headerOf(value: unknown): Header | null {
  if (!isObject(value)) return null;
  const { text, timeMs, times, kinds, lengths, others, sources } = value;
  if (text !== 'latin1' || typeof timeMs !== 'number' || !areNumbers(times) || !areNumbers(kinds) || !areNumbers(lengths)) return null;
  if (!Array.isArray(others) || others.length > 0 || !Array.isArray(sources) || !sources.every(isChange)) return null;
  return { timeMs, times, kinds, lengths, sources };
}

const quote = 0x22;
const brace = 0x7d;
const backslash = 0x5c;
const escape = 0x1b;
const lineFeed = 0x0a;
const zero = 0x30;
const nine = 0x39;

/** What stands before the text of a line, number included; it is counted up in its place. */
class Head {
  bytes = Buffer.alloc(0);
  #units = 0;
  #line: number;
  #middle = '';

  constructor(line: number) {
    this.#line = line;
  }

  /** @param middle what follows the number from now on */
  set(middle: string): void {
    this.#middle = middle;
    const start = `{"line":${this.#line + 1}`;
    this.#units = start.length - 1;
    this.bytes = Buffer.from(start + middle);
  }

  next(): void {
    this.#line++;
    const { bytes } = this;
    let at = this.#units;
    while (bytes[at] === nine) bytes[at--] = zero;
    const digit = bytes[at] ?? 0;
    // All were nines: the number has one digit more.
    if (digit < zero || digit > nine) this.set(this.#middle);
    else bytes[at] = digit + 1;
  }
}

/** Where a chunk stands: its first line's number, from 0, and whether that line has begun before it. */
export interface Place {
  line: number;
  isOpen: boolean;
}

/** A chunk's lines as NDJSON, but for those that begin before it or end after it. */
export interface JsonLines {
  /** Where they stand in what was written. */
  start: number;
  end: number;
  /** The end of the line that begins before it, without its line feed; null if none does. */
  head: string | null;
  /** The beginning of the line that ends after it; `row` counts the chunk's records from 0. Null if none does. */
  open: { row: number; timeMs: number; stream: TextStream; source: OutputSource | undefined; text: string } | null;
}

/** What is written, one after the other. */
export class Written {
  size = 0;
  bytes: Buffer<ArrayBuffer>;

  /** @param room bytes that will do, most likely: to grow leaves much to the collector */
  constructor(room = 0) {
    this.bytes = Buffer.allocUnsafeSlow(room);
  }

  /** Makes room for as many bytes more. */
  reserve(more: number): void {
    if (this.size + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.size + more, this.size * 2));
    this.bytes.copy(larger, 0, 0, this.size);
    this.bytes = larger;
  }
}

/**
 * Writes the lines of a chunk as NDJSON, byte by byte as `LineWriter` would, and faster.
 * @param columns what `packColumns` made
 * @returns null where there are other records, text beyond ASCII, what a terminal would obey, or no whole line: that is left to `LineWriter`
 */
export function jsonLines(columns: Buffer, { line, isOpen }: Place, written: Written): JsonLines | null {
  const textAt = 4 + columns.readUInt32LE(0);
  const header = headerOf(JSON.parse(columns.toString('utf8', 4, textAt)));
  const text = columns.subarray(textAt);
  const from = isOpen ? text.indexOf(lineFeed) + 1 : 0;
  const to = text.lastIndexOf(lineFeed) + 1;
  if (header === null || to <= from || !isAscii(text) || text.includes(escape)) return null;
  const start = written.size;
  const rows = new Rows(header);
  writeLines(rows, text.subarray(0, to), from, isOpen ? line + 1 : line, written);
  return {
    start,
    end: written.size,
    head: isOpen ? text.toString('latin1', 0, from - 1) : null,
    open: to === text.length ? null : { ...rows.at(to), text: text.toString('latin1', to) },
  };
}

/** @param line number of the line that begins at `from` */
function writeLines(rows: Rows, text: Buffer, from: number, line: number, written: Written): void {
  const isSame = isItsOwnJson(text);
  const json = isSame ? text : Buffer.from(JSON.stringify(text.toString('latin1')), 'latin1');
  // The line that began before is passed over, and the quote with which it begins.
  let jsonAt = isSame ? from : from === 0 ? 1 : jsonLineEnd(json, 1) + 2;
  const head = new Head(line);
  let known: Row | null = null;
  written.reserve(json.length);
  for (let at = from; at < text.length; ) {
    if (rows.end <= at) {
      const row = rows.at(at);
      if (row.timeMs !== known?.timeMs || row.stream !== known.stream || row.source !== known.source) head.set(middleOf(row));
      known = row;
    }
    const { bytes: start } = head;
    const end = text.indexOf(lineFeed, at);
    const jsonEnd = isSame ? end : jsonLineEnd(json, jsonAt);
    written.reserve(start.length + jsonEnd - jsonAt + 3);
    const { bytes } = written;
    bytes.set(start, written.size);
    let size = written.size + start.length;
    json.copy(bytes, size, jsonAt, jsonEnd);
    size += jsonEnd - jsonAt;
    bytes[size++] = quote;
    bytes[size++] = brace;
    bytes[size++] = lineFeed;
    written.size = size;
    head.next();
    jsonAt = jsonEnd + (isSame ? 1 : 2);
    at = end + 1;
  }
}

const smallest = 0x20;

/** Whether text of ASCII has the same form in JSON, but for its line feeds. Four bytes at a time: to write it as JSON takes longer than all else. */
function isItsOwnJson(text: Buffer): boolean {
  if (text.includes(quote) || text.includes(backslash)) return false;
  const isPlain = (at: number): boolean => (text[at] ?? 0) >= smallest || text[at] === lineFeed;
  const wordsAt = Math.min(text.length, -text.byteOffset & 3);
  for (let at = 0; at < wordsAt; at++) if (!isPlain(at)) return false;
  const count = (text.length - wordsAt) >> 2;
  const words = count === 0 ? new Int32Array() : new Int32Array(text.buffer, text.byteOffset + wordsAt, count);
  for (let i = 0, at = wordsAt; i < words.length; i++, at += 4) {
    // No byte is 128 or more, so one below 32 sets its highest bit (Hacker's Delight, 6-1).
    if ((((words[i] ?? 0) - 0x20_20_20_20) & 0x80_80_80_80) !== 0 && !(isPlain(at) && isPlain(at + 1) && isPlain(at + 2) && isPlain(at + 3))) return false;
  }
  for (let at = wordsAt + words.length * 4; at < text.length; at++) if (!isPlain(at)) return false;
  return true;
}

const jsonLineFeed = Buffer.from(String.raw`\n`);

/** The end of the line that begins at `from` in JSON of a text with line feeds: where one is written as one, and not a backslash before an n. */
function jsonLineEnd(json: Buffer, from: number): number {
  for (let at = json.indexOf(jsonLineFeed, from); ; at = json.indexOf(jsonLineFeed, at + 1)) {
    let before = at;
    while (before > from && json[before - 1] === backslash) before--;
    if ((at - before) % 2 === 0) return at;
  }
}

function middleOf({ timeMs, stream, source }: Row): string {
  return `,${JSON.stringify({ time: new Date(timeMs).toISOString(), stream, ...source }).slice(1, -1)},"text":"`;
}

type Row = Omit<NonNullable<JsonLines['open']>, 'text'>;

/** The records of a chunk; asked for places in its text, in order. */
class Rows {
  /** Where the text of the record ends that was asked for last. */
  end = 0;
  readonly #header: Header;
  #row = -1;
  #change = 0;
  #source: OutputSource | undefined;

  constructor(header: Header) {
    this.#header = header;
  }

  /** The record that holds the character `at`. */
  at(at: number): Row {
    const { kinds, times, lengths, sources, timeMs } = this.#header;
    while (this.end <= at) {
      this.#row++;
      const change = sources[this.#change];
      if (change?.[0] === this.#row) {
        this.#source = change[1] === null ? undefined : { container: change[1].container, attempt: change[1].attempt };
        this.#change++;
      }
      this.end += lengths[this.#row] ?? Infinity;
    }
    const row = this.#row;
    return { row, timeMs: timeMs + (times[row] ?? 0), stream: textStreams[kinds[row] ?? 0] ?? 'stdout', source: this.#source };
  }
}
