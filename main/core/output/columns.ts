import { z } from 'zod';
import { OutputBody, OutputSource, type OutputRecord, type TextStream } from '../../../contract/output.ts';
import { textStreams } from './textStreams.ts';

/** A record of a chunk, as far as it can be told without its text. */
export interface ColumnRow {
  seq: number;
  timeMs: number;
  stream: TextStream;
  /** Where its text begins within the chunk's, and how long it is; UTF-16 code units. */
  start: number;
  length: number;
  source: OutputSource | undefined;
}

/** The records of a chunk, apart: all that was printed as one text, and what stands about it. */
export interface Columns {
  readonly text: string;
  /** Only text records are in it: `rows` and `text` tell all. */
  readonly isText: boolean;
  rows(): ColumnRow[];
  records(): OutputRecord[];
}

/** Stands for a record that is not text; those follow each other in `others`. */
const otherKind = 3;

/**
 * What stands before the text. `times` and `lengths` have an entry a record: milliseconds after `timeMs`, and characters of its text;
 * `kinds` is an index of `textStreams`, or 3. `sources` says from which record on (index) the records come from another source.
 */
const Header = z.object({
  text: z.enum(['latin1', 'utf8', 'utf16le']),
  timeMs: z.number(),
  times: z.array(z.number()),
  kinds: z.array(z.number()),
  lengths: z.array(z.number()),
  others: z.array(OutputBody),
  sources: z.array(z.tuple([z.number(), OutputSource.nullable()])),
});
type Header = z.infer<typeof Header>;

const latin1 = /^[\u0000-\u00ff]*$/;
const loneSurrogate = /\p{Cs}/u;

export function sameSource(a: OutputSource | null | undefined, b: OutputSource | null): boolean {
  return a === b || (a !== null && a !== undefined && b !== null && a.container === b.container && a.attempt === b.attempt);
}

/** Bytes of records that follow each other: length of the header (32 bits, little endian), header as JSON, text. */
export function packColumns(records: readonly OutputRecord[]): Uint8Array {
  const timeMs = records[0]?.timeMs ?? 0;
  const parts: string[] = [];
  const header: Header = { text: 'latin1', timeMs, times: [], kinds: [], lengths: [], others: [], sources: [] };
  let source: OutputSource | null = null;
  for (const [index, record] of records.entries()) {
    const own = record.source ?? null;
    if (!sameSource(source, own)) header.sources.push([index, own]);
    source = own;
    header.times.push(record.timeMs - timeMs);
    if (record.body.kind === 'text') {
      header.kinds.push(textStreams.indexOf(record.body.stream));
      header.lengths.push(record.body.text.length);
      parts.push(record.body.text);
    } else {
      header.kinds.push(otherKind);
      header.lengths.push(0);
      header.others.push(record.body);
    }
  }
  const text = parts.join('');
  // UTF-8 has no form for half a surrogate pair; what Python printed comes back as it was.
  const isAscii = Buffer.byteLength(text) === text.length;
  if (!isAscii && !latin1.test(text)) header.text = loneSurrogate.test(text) ? 'utf16le' : 'utf8';
  const head = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  return Buffer.concat([size, head, Buffer.from(text, header.text)]);
}

/** With this begins the header of a text that has two bytes a character. */
const wideHeader = '{"text":"utf16le"';

/** The bytes of the text alone, of which each below 128 is that character; null if it has two bytes a character. */
export function textBytes(bytes: Buffer): Buffer | null {
  return bytes.toString('latin1', 4, 4 + wideHeader.length) === wideHeader ? null : bytes.subarray(4 + bytes.readUInt32LE(0));
}

/** Takes apart what `packColumns` has made. */
export function unpackColumns(bytes: Buffer, firstSeq: number): Columns {
  const textAt = 4 + bytes.readUInt32LE(0);
  const header = Header.parse(JSON.parse(bytes.toString('utf8', 4, textAt)));
  const text = bytes.toString(header.text, textAt);

  function rows(): ColumnRow[] {
    let start = 0;
    let change = 0;
    let source: OutputSource | undefined;
    return header.kinds.map((kind, index) => {
      const length = header.lengths[index] ?? 0;
      const next = header.sources[change];
      if (next?.[0] === index) {
        source = next[1] ?? undefined;
        change++;
      }
      start += length;
      return { seq: firstSeq + index, timeMs: header.timeMs + (header.times[index] ?? 0), stream: textStreams[kind] ?? 'stdout', start: start - length, length, source };
    });
  }

  return {
    text,
    isText: header.others.length === 0,
    rows,
    records() {
      let other = 0;
      return rows().map(({ seq, timeMs, stream, start, length, source }, index) => {
        const body = header.kinds[index] === otherKind ? header.others[other++] : undefined;
        return {
          seq,
          timeMs,
          body: body ?? { kind: 'text', stream, text: text.slice(start, start + length) },
          ...(source === undefined ? {} : { source }),
        };
      });
    },
  };
}
