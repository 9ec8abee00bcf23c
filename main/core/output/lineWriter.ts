import type { ExportFormat } from '../../../contract/outputFilter.ts';
import type { LineRun, OutputLine } from './lines.ts';

/**
 * What a terminal would obey (ECMA-48): control sequences, strings with their end in the same line (OSC, DCS and the like), what is left of either, and
 * the same as single characters (C1). A string without an end takes no text with it.
 */
const controls = /\u001b(?:\[[\d;:?]*[ -/]*[@-~]|[\]P_^X][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c))?|[\u0080-\u009f]/g;
const escape = '\u001b';
const anyC1 = /[\u0080-\u009f]/;

/** Looks for the rare before it looks through everything: text of ASCII alone has as many bytes as characters. */
function hasControls(text: string): boolean {
  return text.includes(escape) || (Buffer.byteLength(text) !== text.length && anyC1.test(text));
}

/** Whoever prints the file shall see it, and nothing else happen. */
export function withoutControls(text: string): string {
  return hasControls(text) ? text.replace(controls, '') : text;
}

export const csvHeader = 'line,time,stream,container,attempt,text\r\n';
const formulaStart = /^[=+\-@\t\r]/;
const quoted = /[",\r\n]/;

/** A cell of a CSV file (RFC 4180). A spreadsheet would take one that begins with = + - @, a tab or a return for a formula; an apostrophe prevents it. */
function csvCell(text: string): string {
  const safe = formulaStart.test(text) ? `'${text}` : text;
  return quoted.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const jsonLineFeed = String.raw`\n`;

/** The end of the line that begins at `from` in JSON of a text: where a line feed is written as one, and not a backslash before an n. */
function jsonLineEnd(json: string, from: number): number {
  for (let at = json.indexOf(jsonLineFeed, from); at !== -1; at = json.indexOf(jsonLineFeed, at + 1)) {
    let before = at;
    while (before > from && json[before - 1] === '\\') before--;
    if ((at - before) % 2 === 0) return at;
  }
  return -1;
}

/** Writes lines in a format. What stands about a line's text is the same for many in a row, and made once for them. */
export class LineWriter {
  /** One growing string: joining as many parts as there are lines takes as long as all else. */
  #written = '';
  /** What stands before that. */
  #parts: string[] = [];
  #bytes: Buffer<ArrayBuffer> | null = null;
  #known: Pick<OutputLine, 'timeMs' | 'stream' | 'source'> | null = null;
  #middle = '';
  readonly #format: ExportFormat;
  readonly #test: ((line: OutputLine) => boolean) | null;

  constructor(format: ExportFormat, test: ((line: OutputLine) => boolean) | null) {
    this.#format = format;
    this.#test = test;
  }

  /** @returns what was written since it was asked last, in parts: to join large ones copies them */
  take(): string[] {
    this.#join();
    const parts = this.#written === '' ? this.#parts : [...this.#parts, this.#written];
    this.#parts = [];
    this.#written = '';
    return parts;
  }

  /** Takes bytes of ASCII that are in this format already. Those that follow each other in a buffer are made text together. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
    const { buffer, byteOffset, byteLength } = bytes;
    const last = this.#bytes;
    if (last?.buffer === buffer && last.byteOffset + last.byteLength === byteOffset) {
      this.#bytes = Buffer.from(buffer, last.byteOffset, last.byteLength + byteLength);
      return;
    }
    this.#join();
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
  }

  #join(): void {
    if (this.#bytes === null) return;
    if (this.#written !== '') this.#parts.push(this.#written);
    this.#written = '';
    this.#parts.push(this.#bytes.toString('latin1'));
    this.#bytes = null;
  }

  /** Writes a line if it is wanted. */
  readonly line = (line: OutputLine): void => {
    if (this.#test !== null && !this.#test(line)) return;
    this.#join();
    const plain = withoutControls(line.text);
    const number = line.line + 1;
    if (this.#format === 'text') this.#written += `${plain}\n`;
    else if (this.#format === 'csv') this.#written += `${number}${this.#middleOf(line)}${csvCell(plain)}\r\n`;
    else this.#written += `{"line":${number}${this.#middleOf(line)}${JSON.stringify(plain)}}\n`;
  };

  /** Writes whole lines that begin in one record, as `line` would one by one. */
  readonly lines = (run: LineRun): void => {
    this.#join();
    if (hasControls(run.text) || this.#format === 'text') this.#oneByOne(run);
    else if (this.#format === 'ndjson') this.#json(run);
    else this.#csv(run);
  };

  #oneByOne({ text, line: first, count: _, ...about }: LineRun): void {
    let line = first;
    for (let at = 0; at < text.length; line++) {
      const end = text.indexOf('\n', at);
      this.line({ ...about, line, text: text.slice(at, end) });
      at = end + 1;
    }
  }

  #json(run: LineRun): void {
    const { text, count } = run;
    const json = JSON.stringify(text);
    const between = `${this.#middleOf(run)}"`;
    let number = run.line + 1;
    let written = this.#written;
    if (json.length === text.length + 2 + count) {
      // Nothing but the line feeds has another form in JSON.
      for (let at = 0, end = text.indexOf('\n'); end !== -1; at = end + 1, end = text.indexOf('\n', at)) {
        written += `{"line":${number}${between}${text.slice(at, end)}"}\n`;
        number++;
      }
    } else for (let at = 1, end = jsonLineEnd(json, at); end !== -1; end = jsonLineEnd(json, at)) {
      written += `{"line":${number}${between}${json.slice(at, end)}"}\n`;
      number++;
      at = end + 2;
    }
    this.#written = written;
  }

  #csv(run: LineRun): void {
    const { text } = run;
    const middle = this.#middleOf(run);
    const isSimple = !text.includes('"') && !text.includes('\r') && !text.includes('\t');
    let number = run.line + 1;
    let written = this.#written;
    for (let at = 0; at < text.length; number++) {
      const end = text.indexOf('\n', at);
      const line = text.slice(at, end);
      if (!isSimple || formulaStart.test(line)) written += `${number}${middle}${csvCell(line)}\r\n`;
      else if (line.includes(',')) written += `${number}${middle}"${line}"\r\n`;
      else written += `${number}${middle}${line}\r\n`;
      at = end + 1;
    }
    this.#written = written;
  }

  /** What stands between the number and the text of a line. */
  #middleOf({ timeMs, stream, source }: Pick<OutputLine, 'timeMs' | 'stream' | 'source'>): string {
    const known = this.#known;
    if (known?.timeMs === timeMs && known.stream === stream && known.source === source) return this.#middle;
    this.#known = { timeMs, stream, source };
    const time = new Date(timeMs).toISOString();
    this.#middle =
      this.#format === 'csv'
        ? `,${time},${stream},${csvCell(source?.container ?? '')},${source?.attempt ?? ''},`
        : `,${JSON.stringify({ time, stream, ...source }).slice(1, -1)},"text":`;
    return this.#middle;
  }
}
