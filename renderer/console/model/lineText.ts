import type { TextStream } from '../../../contract/index.ts';
import { applySgr, plainState, readSequence, sameState, type SgrState } from './sgr.ts';
import { jsonLineText } from './jsonLine.ts';
import { charWidth } from './charWidth.ts';

/** A stretch of a line as it arrived: raw text of one stream. */
export interface Piece {
  stream: TextStream;
  text: string;
}

/** A stretch of a line as it is drawn. */
export interface StyleRun {
  start: number;
  end: number;
  stream: TextStream;
  style: SgrState;
  /** A symbol that stands for a control character. */
  control: boolean;
}

/** A line as it is drawn: carriage returns, backspaces and escapes worked in. */
export interface ResolvedLine {
  text: string;
  runs: StyleRun[];
  /** Every character is one column wide. */
  oneColumn: boolean;
}

/** State of the colours, a stream each: a coloured stdout does not tint stderr. */
export type StreamStates = Readonly<Record<TextStream, SgrState>>;
export const plainStates: StreamStates = { stdout: plainState, stderr: plainState, stdin: plainState };

// Control characters, and the bidirectional ones that could make a line read as another (trojansource.codes).
const special = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** Text of which each character is itself and one column wide. */
export const plainText = /^[\x20-\x7e\n]*$/;
const ascii = /^[\x20-\x7e]*$/;

function symbolOf(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\u27e8${code > 0xff ? 'U+' : ''}${code.toString(16).toUpperCase().padStart(2, '0')}\u27e9`;
}

interface Cell {
  text: string;
  stream: TextStream;
  style: SgrState;
  control: boolean;
}

/** Cells under a cursor, so that `\r` and `\b` write over what stands there, as on a terminal. */
class CellLine {
  cells: Cell[] = [];
  cursor = 0;

  write(text: string, stream: TextStream, style: SgrState, control = false): void {
    if (control) this.put({ text, stream, style, control });
    else for (const character of text) this.put({ text: character, stream, style, control: false });
  }

  private put(cell: Cell): void {
    const before = this.cells[this.cursor - 1];
    // A combining mark joins the character before it, or columns would be counted twice; a hundred of them do not.
    if (!cell.control && before !== undefined && !before.control && before.text.length < 32 && charWidth(cell.text) === 0) {
      before.text += cell.text;
      return;
    }
    this.cells[this.cursor++] = cell;
  }

  erase(parameters: string): void {
    if (parameters === '' || parameters === '0') this.cells.length = Math.min(this.cells.length, this.cursor);
    else {
      const end = parameters === '2' ? this.cells.length : Math.min(this.cursor, this.cells.length);
      for (let i = 0; i < end; i++) this.cells[i] = { text: ' ', stream: 'stdout', style: plainState, control: false };
    }
  }
}

function writePiece(line: CellLine, piece: Piece, start: SgrState): SgrState {
  const { text, stream } = piece;
  let state = start;
  let done = 0;
  special.lastIndex = 0;
  for (let match = special.exec(text); match !== null; match = special.exec(text)) {
    const at = match.index;
    const code = text.charCodeAt(at);
    if (at > done) line.write(text.slice(done, at), stream, state);
    done = at + 1;
    if (code === 0x0a) continue;
    if (code === 0x0d) {
      // A return at the very end belongs to `\r\n` or to a redraw that has not come yet: the text stays until then.
      line.cursor = 0;
    } else if (code === 0x08) line.cursor = Math.max(0, line.cursor - 1);
    else if (code === 0x09) line.write('\t', stream, state);
    else if (code === 0x1b) {
      const sequence = readSequence(text, at);
      if (sequence.kind === 'sgr') state = applySgr(state, sequence.parameters);
      else if (sequence.kind === 'eraseLine') line.erase(sequence.parameters);
      else if (sequence.kind === 'other') line.write(symbolOf(code), stream, state, true);
      done = at + sequence.length;
    } else line.write(symbolOf(code), stream, state, true);
    special.lastIndex = done;
  }
  if (done < text.length) line.write(text.slice(done), stream, state);
  return state;
}

function mergePieces(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    // An escape sequence may lie across two records of a stream.
    if (last !== undefined && last.stream === piece.stream) last.text += piece.text;
    else merged.push({ ...piece });
  }
  return merged;
}

/**
 * Works out how a line looks.
 *
 * @param pieces its raw text without the line feed (one at the end is ignored), in order
 * @param states the colours with which the line starts
 */
export function resolveLine(pieces: readonly Piece[], states: StreamStates): ResolvedLine {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1 && ascii.test(only.text)) {
    return {
      text: only.text,
      runs: only.text === '' ? [] : [{ start: 0, end: only.text.length, stream: only.stream, style: states[only.stream], control: false }],
      oneColumn: true,
    };
  }
  const line = new CellLine();
  const current: Record<TextStream, SgrState> = { ...states };
  for (const piece of mergePieces(pieces)) current[piece.stream] = writePiece(line, piece, current[piece.stream]);
  const runs: StyleRun[] = [];
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; i < line.cells.length; i++) {
    const cell = line.cells[i] ?? { text: ' ', stream: 'stdout', style: plainState, control: false };
    const last = runs.at(-1);
    parts.push(cell.text);
    const end = length + cell.text.length;
    if (last !== undefined && last.stream === cell.stream && last.control === cell.control && sameState(last.style, cell.style)) last.end = end;
    else runs.push({ start: length, end, stream: cell.stream, style: cell.style, control: cell.control });
    length = end;
  }
  const text = parts.join('');
  return { text, runs, oneColumn: ascii.test(text) };
}

/** The same line with a JSON object's fields written out; any other line as it is. */
export function withFields(line: ResolvedLine): ResolvedLine {
  const text = jsonLineText(line.text);
  const [first] = line.runs;
  if (text === null || first === undefined) return line;
  return { text, runs: text === '' ? [] : [{ start: 0, end: text.length, stream: first.stream, style: plainState, control: false }], oneColumn: ascii.test(text) };
}
