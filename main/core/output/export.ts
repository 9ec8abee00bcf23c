import type { RunId } from '../../../contract/ids.ts';
import { bodyText } from '../../../contract/outputText.ts';
import type { ExportFormat, ExportPiece, OutputFilter } from '../../../contract/outputFilter.ts';
import type { Storage } from '../database/index.ts';
import { findRun } from '../runs/index.ts';
import { textLength } from './chunks.ts';
import { decodeColumns, recordsAfter, type StoredChunk } from './codec.ts';
import { lineTest } from './filter.ts';
import { LineReader, type OutputLine } from './lines.ts';
import { requiredOf } from './required.ts';
import { createGuard } from './scan.ts';
import { OutputWalk } from './walk.ts';

/** About a megabyte a piece. */
const chunksAtOnce = 8;
/**
 * What a terminal would obey (ECMA-48): control sequences, strings with their end in the same line (OSC, DCS and the like), what is left of either, and
 * the same as single characters (C1). A string without an end takes no text with it.
 */
const controls = /\u001b(?:\[[\d;:?]*[ -/]*[@-~]|[\]P_^X][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c))?|[\u0080-\u009f]/g;
const anyControl = /[\u001b\u0080-\u009f]/;

/** Whoever prints the file shall see it, and nothing else happen. */
function withoutControls(text: string): string {
  return anyControl.test(text) ? text.replace(controls, '') : text;
}

function damagedText({ first_seq, last_seq }: StoredChunk): string {
  return `[The stored output from record ${first_seq} to ${last_seq} is damaged and cannot be read.]\n`;
}

function chunkText(chunk: StoredChunk, after: number): string {
  const columns = chunk.first_seq > after ? decodeColumns(chunk) : null;
  if (columns?.isText === true) return columns.text;
  const records = columns?.records() ?? recordsAfter(chunk, after);
  return records === null ? damagedText(chunk) : records.map(({ body }) => bodyText(body)).join('');
}

const formulaStart = /^[=+\-@\t\r]/;
const quoted = /[",\r\n]/;

/** A cell of a CSV file (RFC 4180). A spreadsheet would take one that begins with = + - @, a tab or a return for a formula; an apostrophe prevents it. */
export function csvCell(text: string): string {
  const safe = formulaStart.test(text) ? `'${text}` : text;
  return quoted.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvHeader = 'line,time,stream,container,attempt,text\r\n';

/** Writes lines in a format. What stands about a line's text is the same for many in a row, and made once for them. */
class LineWriter {
  #known: Pick<OutputLine, 'timeMs' | 'stream' | 'source'> | null = null;
  #middle = '';
  readonly #format: ExportFormat;

  constructor(format: ExportFormat) {
    this.#format = format;
  }

  write({ line, timeMs, stream, source, text }: OutputLine): string {
    const plain = withoutControls(text);
    if (this.#format === 'text') return `${plain}\n`;
    const known = this.#known;
    if (known === null || known.timeMs !== timeMs || known.stream !== stream || known.source !== source) {
      this.#known = { timeMs, stream, source };
      this.#middle = middleOf(this.#format, { timeMs, stream, source });
    }
    if (this.#format === 'csv') return `${line + 1}${this.#middle}${csvCell(plain)}\r\n`;
    return `{"line":${line + 1}${this.#middle}${JSON.stringify(plain)}}\n`;
  }
}

/** What stands between the number and the text of a line. */
function middleOf(format: ExportFormat, { timeMs, stream, source }: Pick<OutputLine, 'timeMs' | 'stream' | 'source'>): string {
  const time = new Date(timeMs).toISOString();
  if (format === 'csv') return `,${time},${stream},${csvCell(source?.container ?? '')},${source?.attempt ?? ''},`;
  return `,${JSON.stringify({ time, stream, ...source }).slice(1, -1)},"text":`;
}

/**
 * Writes a run's output out piece by piece, letting other work go on in between: all of it, or the lines that meet a filter. As text,
 * all of it has the text of displays and notes too. What is damaged is named in its place in a text, and passed over in the other formats.
 */
export function exportOutput(storage: Storage, runId: RunId, format: ExportFormat, filter: OutputFilter | undefined, signal: AbortSignal | undefined): AsyncGenerator<ExportPiece, void> {
  const test = filter === undefined ? null : lineTest(filter);
  const guard = createGuard(filter?.regex === true);
  const { key, totalLength } = storage.read((sql) => {
    const run = findRun(sql, runId);
    return { key: run.key, totalLength: textLength(sql, run.key) };
  });

  async function* pieces(): AsyncGenerator<ExportPiece, void> {
    const reader = new LineReader();
    const writer = new LineWriter(format);
    // One growing string: joining as many parts as there are lines takes as long as all else.
    let written = format === 'csv' ? csvHeader : '';
    let readLength = 0;
    const piece = (): ExportPiece => {
      const text = written;
      written = '';
      return { text, readLength: Math.min(readLength, totalLength), totalLength };
    };
    const take = (line: OutputLine): void => {
      if (test === null || test(line)) written += writer.write(line);
    };
    const required = filter === undefined || filter.query === '' ? null : requiredOf(filter);
    const walk = new OutputWalk(storage, key, { required, context: 0, readsEnd: false, chunksAtOnce });
    for (let at = 0; ; ) {
      if (signal?.aborted === true) return;
      const step = await walk.next();
      if (step === null) break;
      if (step.jump !== null) reader.jump(step.jump);
      const { chunks } = step;
      guard(
        () => {
          for (const chunk of chunks) {
            if (format === 'text' && test === null) written += withoutControls(chunkText(chunk, at));
            else reader.read(chunk, take);
            readLength += chunk.length;
            at = chunk.last_seq;
          }
        },
        () => reader.lines,
      );
      yield piece();
      await new Promise((resolve) => setImmediate(resolve));
    }
    reader.end(take);
    readLength = totalLength;
    yield piece();
  }
  return pieces();
}
