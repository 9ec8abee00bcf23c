import type { OutputSource, TextStream } from '../../../contract/output.ts';
import { decodeColumns, recordsAfter, textOf, type StoredChunk } from './codec.ts';
import type { ColumnRow } from './columns.ts';

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

/** Longest line that is kept; of a longer one the rest is passed over. */
export const maxLineLength = 1024 * 1024;

/** A record before a chunk, and the line in which the chunk begins. */
export interface LineStart {
  after: number;
  line: number;
}

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

/** Takes an output apart into lines, chunk by chunk: a line goes on over the borders of records and chunks. */
export class LineReader {
  #open: OutputLine | null = null;
  #line: number;
  #after: number;

  /** @param start where reading begins, if not at the beginning: with the record after `after`, which is in line `line` */
  constructor(start: LineStart = { after: 0, line: 0 }) {
    this.#after = start.after;
    this.#line = start.line;
  }

  /** Lines that are done. */
  get lines(): number {
    return this.#line;
  }

  /** The record in which the line begins that has come but in part; null when the next text begins a line. */
  get openSeq(): number | null {
    return this.#open?.seq ?? null;
  }

  /** Takes the records of a chunk that follow the last one that was taken. @returns whether it could be read; its lines are passed over if not */
  read(chunk: StoredChunk, emit: (line: OutputLine) => void): boolean {
    const content = textOfChunk(chunk, this.#after);
    this.#after = chunk.last_seq;
    if (content === null) {
      this.end(emit);
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
      this.#take(text.slice(at, end), rows[row]);
      if (feed === -1) break;
      this.#close(emit);
      at = feed + 1;
    }
    return true;
  }

  /** Gives the last line, which has no line feed. */
  end(emit: (line: OutputLine) => void): void {
    if (this.#open === null) return;
    emit(this.#open);
    this.#open = null;
  }

  #take(text: string, row: ColumnRow | undefined): void {
    if (this.#open === null) {
      const { seq = 1, timeMs = 0, stream = 'stdout', source } = row ?? {};
      this.#open = { line: this.#line, seq, timeMs, stream, source, text };
    } else if (this.#open.text.length < maxLineLength) this.#open.text += text.slice(0, maxLineLength - this.#open.text.length);
  }

  #close(emit: (line: OutputLine) => void): void {
    this.end(emit);
    this.#line++;
  }
}
