import type { OutputSource, TextStream } from '../../../contract/output.ts';
import { countLineFeeds, decodeColumns, recordsAfter, textOf, type StoredChunk } from './codec.ts';
import type { ColumnRow } from './columns.ts';
import type { JsonLines, Place } from './jsonLines.ts';
import { beginning, type LineStart } from './lineStarts.ts';

/** A line of an output, with what is known of the record in which it begins. */
export interface OutputLine {
  /** First is 0. */
  line: number;
  seq: number;
  timeMs: number;
  stream: TextStream;
  source: OutputSource | undefined;
  /** Without its line feed; at most `maxLineLength` characters. */
  text: string;
}

/** Whole lines that follow each other and begin in one record: `line` is the first, `text` all of theirs with their line feeds. */
export interface LineRun extends OutputLine {
  count: number;
}

/** Longest line that is kept; of a longer one the rest is passed over. */
export const maxLineLength = 1024 * 1024;

interface ChunkText {
  text: string;
  rows: ColumnRow[];
}

/** All text of a chunk after the record `after` that counts as lines, with the records that it comes from. Null if it is damaged. */
function textOfChunk(chunk: StoredChunk, after: number): ChunkText | null {
  const columns = chunk.first_seq > after ? decodeColumns(chunk) : null;
  if (columns?.isText === true) return { text: columns.text, rows: columns.rows() };
  const records = columns?.records() ?? recordsAfter(chunk, after);
  if (records === null) return null;
  let start = 0;
  const rows = records.map((record): ColumnRow => {
    const { length } = textOf(record);
    start += length;
    const stream = record.body.kind === 'text' ? record.body.stream : 'stderr';
    return { seq: record.seq, timeMs: record.timeMs, stream, start: start - length, length, source: record.source };
  });
  return { text: records.map(textOf).join(''), rows };
}

/** Where the last line ends that begins before `next` and has its end in the text; `at` if there is none. Line feeds are counted. */
function runEndOf(text: string, at: number, next: number): number {
  const feed = text.indexOf('\n', next - 1);
  return Math.max(at, (feed === -1 ? text.lastIndexOf('\n') : feed) + 1);
}

/** Takes an output apart into lines, chunk by chunk: a line goes on over the borders of records and chunks. */
export class LineReader {
  #open: OutputLine | null = null;
  #line: number;
  #after: number;
  #isInside: boolean;

  constructor(start: LineStart = beginning) {
    this.#after = start.after;
    this.#line = start.line;
    this.#isInside = start.isInside;
  }

  /** Goes on at another place; the line that is open is not given. */
  jump(start: LineStart): void {
    this.#open = null;
    this.#after = start.after;
    this.#line = start.line;
    this.#isInside = start.isInside;
  }

  /** Lines that are done. */
  get lines(): number {
    return this.#line;
  }

  /** The record in which the line begins that has come but in part; null when the next text begins a line. */
  get openSeq(): number | null {
    return this.#open?.seq ?? null;
  }

  /**
   * Takes the records of a chunk that follow the last one that was taken.
   * @param emitRun takes whole lines of a record together, where that can be
   * @returns whether it could be read; its lines are passed over if not
   */
  read(chunk: StoredChunk, emit: (line: OutputLine) => void, emitRun?: (run: LineRun) => void): boolean {
    const content = textOfChunk(chunk, this.#after);
    this.#after = chunk.last_seq;
    if (content === null) {
      this.end(emit);
      this.#isInside = false;
      this.#line += chunk.line_feeds;
      return false;
    }
    const { text, rows } = content;
    let at = 0;
    let row = 0;
    while (at < text.length) {
      const feed = text.indexOf('\n', at);
      const end = feed === -1 ? text.length : feed;
      while (row + 1 < rows.length && (rows[row + 1]?.start ?? Infinity) <= at) row++;
      const runEnd = emitRun === undefined || feed === -1 || this.#open !== null || this.#isInside ? at : runEndOf(text, at, rows[row + 1]?.start ?? text.length);
      if (emitRun !== undefined && runEnd > at && runEnd - at <= maxLineLength) {
        const { seq = 1, timeMs = 0, stream = 'stdout', source } = rows[row] ?? {};
        const whole = text.slice(at, runEnd);
        const count = countLineFeeds(whole);
        emitRun({ line: this.#line, seq, timeMs, stream, source, text: whole, count });
        this.#line += count;
        at = runEnd;
        continue;
      }
      this.#take(text.slice(at, end), rows[row]);
      if (feed === -1) break;
      this.#close(emit);
      at = feed + 1;
    }
    return true;
  }

  /** Where the next chunk would stand, if it follows; null if what comes of the current line is not looked at. */
  get place(): Place | null {
    return this.#isInside ? null : { line: this.#line, isOpen: this.#open !== null };
  }

  /** Passes over a chunk at `place`, whose whole lines are known already. Gives the line that ends in it. */
  pass(chunk: StoredChunk, { head, open }: Pick<JsonLines, 'head' | 'open'>, emit: (line: OutputLine) => void): void {
    if (head !== null) {
      this.#take(head, undefined);
      this.#close(emit);
    }
    this.#line += chunk.line_feeds - (head === null ? 0 : 1);
    this.#after = chunk.last_seq;
    if (open !== null) this.#take(open.text, { ...open, seq: chunk.first_seq + open.row, start: 0, length: open.text.length });
  }

  /** Gives the last line, which has no line feed. */
  end(emit: (line: OutputLine) => void): void {
    if (this.#open === null) return;
    emit(this.#open);
    this.#open = null;
  }

  #take(text: string, row: ColumnRow | undefined): void {
    if (this.#isInside) return;
    if (this.#open === null) {
      const { seq = 1, timeMs = 0, stream = 'stdout', source } = row ?? {};
      this.#open = { line: this.#line, seq, timeMs, stream, source, text };
    } else if (this.#open.text.length < maxLineLength) this.#open.text += text.slice(0, maxLineLength - this.#open.text.length);
  }

  #close(emit: (line: OutputLine) => void): void {
    this.end(emit);
    this.#isInside = false;
    this.#line++;
  }
}
