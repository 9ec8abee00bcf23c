import vm from 'node:vm';
import { AppError } from '../../../contract/errors.ts';
import type { OutputMatch, OutputRecord } from '../../../contract/output.ts';
import { afterNothing, outputPattern, searchedText, withoutStyles } from '../../../contract/outputPattern.ts';
import { textOf } from './codec.ts';
import type { ColumnRow, Columns } from './columns.ts';
import type { LineStart } from './lineStarts.ts';

/** A pattern that a person types. */
export interface SearchRequest {
  query: string;
  regex: boolean;
  matchCase: boolean;
}

/** How long one stretch of text may take a pattern, in milliseconds. A megabyte takes a sound pattern less than 10. */
const patternBudgetMs = 400;
/** A line is looked at whole up to this length; a longer one in pieces, and a match across their border is not seen. */
const maxLineLength = 1024 * 1024;
/** Characters of a line that a match carries. */
const excerptLength = 500;

/** V8's words, without the expression that the person has before them: `Invalid regular expression: /(/gi: Unterminated group`. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = /^Invalid regular expression: .*\/[a-z]*: (.+)$/s.exec(message)?.[1] ?? message;
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

/** @throws INVALID_INPUT the regular expression does not compile */
export function compilePattern(request: SearchRequest): RegExp {
  try {
    return outputPattern(request);
  } catch (error) {
    throw new AppError('INVALID_INPUT', `The regular expression cannot be used: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Longest stretch that a pattern is given at once. */
const maxWideLength = 4 * 1024 * 1024;

/**
 * The same pattern for text of many lines, where `^` and `$` mean a line's ends. What looks around itself may see the next line, so it has none.
 * What it finds is looked at again line by line, so a match over a line's end does no harm.
 */
function widePattern(pattern: RegExp): RegExp | null {
  return /\(\?[=!<]/.test(pattern.source) ? null : new RegExp(pattern.source, `${pattern.flags}m`);
}

function countLineFeeds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Where the line begins that is so many lines after the one that begins at `from`. */
function afterLineFeeds(text: string, from: number, lines: number): number {
  let at = from;
  for (let left = lines; left > 0; left--) at = text.indexOf('\n', at) + 1;
  return at;
}

/** Which record holds a character of a chunk's text; asked in rising order. */
class Places {
  #rows: ColumnRow[] | null = null;
  #index = 0;
  readonly #read: () => ColumnRow[];

  constructor(read: () => ColumnRow[]) {
    this.#read = read;
  }

  seqAt(at: number): number {
    const rows = (this.#rows ??= this.#read());
    while (this.#index + 1 < rows.length && (rows[this.#index + 1]?.start ?? Infinity) <= at) this.#index++;
    return rows[this.#index]?.seq ?? 1;
  }
}

/**
 * Runs a step, which may match a person's regular expression, within a budget of time; `lines` is where it stands then.
 * A regular expression can take exponential time. The vm's time limit is the only way to end one on this thread; what it runs is our own
 * function, in our own realm.
 */
export type Guard = (step: () => void, lines: () => number) => void;

/** @param isRegex without one, nothing needs to be watched over. The guard throws INVALID_INPUT when the time is over. */
export function createGuard(isRegex: boolean): Guard {
  if (!isRegex) return (step) => step();
  let current: () => void = () => undefined;
  const context = vm.createContext({ scan: () => current() });
  const script = new vm.Script('scan()');
  return (step, lines) => {
    current = step;
    try {
      script.runInContext(context, { timeout: patternBudgetMs });
    } catch (error) {
      // It is made in the vm's realm, so it is no instance of this realm's Error.
      const timedOut = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      if (!timedOut) throw error;
      throw new AppError('INVALID_INPUT', `The regular expression takes too long on line ${lines() + 1}.`, {
        action: 'Make it simpler: avoid one repetition inside another.',
      });
    }
  };
}

/**
 * Finds matches in text that comes in stretches, line by line: lines go on over the borders of records and chunks.
 * Nothing but the unfinished last line is kept between two stretches.
 */
export class LineScanner {
  readonly #pattern: RegExp;
  readonly #guard: Guard;
  #isGuarded = false;
  /** What of the current line has come so far, beginning `#offset` characters after its start. */
  #rest = '';
  #offset = 0;
  #restSeq = 1;
  #line = 0;
  /** What comes of the current line is not looked at. */
  #isInside = false;
  /** The pattern for many lines at once; null where that could find something else than line by line. */
  readonly #wide: RegExp | null;

  constructor(request: SearchRequest) {
    this.#pattern = compilePattern(request);
    this.#wide = widePattern(this.#pattern);
    this.#guard = createGuard(request.regex);
  }

  /** Lines that are done. */
  get lines(): number {
    return this.#line;
  }

  /** Goes on at another place, with what begins there. */
  jump({ line, isInside }: LineStart): void {
    this.#rest = '';
    this.#offset = 0;
    this.#line = line;
    this.#isInside = isInside;
  }

  /** Takes the next records. @returns the matches in lines that ended, at most `limit` */
  push(records: readonly OutputRecord[], limit: number): OutputMatch[] {
    return this.#guarded((matches) => {
      for (const record of records) {
        const text = textOf(record);
        if (text !== '') this.#takeText(text, record.seq, matches, limit);
        if (matches.length >= limit) return;
      }
    });
  }

  /** Takes the next records of a chunk, their texts as one. @returns as `push` */
  pushText({ text, rows }: Pick<Columns, 'text' | 'rows'>, lineFeeds: number, limit: number): OutputMatch[] {
    return this.#guarded((matches) => {
      const first = text.indexOf('\n');
      const last = text.lastIndexOf('\n') + 1;
      const wide = this.#wide;
      const isFresh = this.#rest === '' && this.#offset === 0 && !this.#isInside;
      // A line that goes on from before, and what is no whole line, are looked at by themselves.
      let from = 0;
      if (wide === null || first === -1 || last - first > maxWideLength) from = text.length;
      else if (!isFresh) from = first + 1;
      const places = new Places(rows);
      if (from > 0) this.#takeLines(text, 0, from, places, matches, limit);
      if (wide === null || from === text.length) return;
      const lineBefore = this.#line;
      this.#scanWide(wide, text, from, last, places, matches, limit);
      if (matches.length >= limit) return;
      this.#line = lineBefore + lineFeeds - (from > 0 ? 1 : 0);
      this.#takeLines(text, last, text.length, places, matches, limit);
    });
  }

  #takeLines(text: string, from: number, to: number, places: Places, matches: OutputMatch[], limit: number): void {
    let at = from;
    while (at < to && matches.length < limit) {
      const feed = text.indexOf('\n', at);
      const end = feed === -1 || feed >= to ? to : feed + 1;
      this.#takeText(text.slice(at, end), places.seqAt(at), matches, limit);
      at = end;
    }
  }

  /** Looks through whole lines at once; goes line by line only where something is found. */
  #scanWide(wide: RegExp, text: string, from: number, to: number, places: Places, matches: OutputMatch[], limit: number): void {
    const stretch = withoutStyles(text.slice(from, to));
    const isPlain = stretch.length === to - from;
    wide.lastIndex = 0;
    let counted = 0;
    let textAt = from;
    for (let found = wide.exec(stretch); found !== null; found = wide.exec(stretch)) {
      // A match of nothing after the last line is on none.
      if (found.index >= stretch.length) return;
      const start = found.index === 0 ? 0 : stretch.lastIndexOf('\n', found.index - 1) + 1;
      const end = stretch.indexOf('\n', found.index);
      const lines = countLineFeeds(stretch, counted, start);
      this.#line += lines;
      counted = start;
      textAt = isPlain ? from + start : afterLineFeeds(text, textAt, lines);
      this.#scanLine(stretch.slice(start, end), places.seqAt(textAt), matches, limit);
      if (matches.length >= limit) return;
      wide.lastIndex = end + 1;
    }
  }

  /** A stretch that cannot be read: the line that it interrupts ends here, and its line feeds count. */
  skip(lineFeeds: number, limit: number): OutputMatch[] {
    const matches = this.end(limit);
    this.#isInside = false;
    this.#line += lineFeeds;
    return matches;
  }

  /** Looks at the last line, which has no line feed. */
  end(limit: number): OutputMatch[] {
    return this.#guarded((matches) => {
      this.#scanLine(this.#rest, this.#restSeq, matches, limit);
      this.#rest = '';
      this.#offset = 0;
    });
  }

  /** Does several steps within one budget of time; to watch over each by itself would cost more than the step. @throws INVALID_INPUT */
  together(steps: () => void): void {
    try {
      this.#guard(
        () => {
          this.#isGuarded = true;
          steps();
        },
        () => this.#line,
      );
    } finally {
      this.#isGuarded = false;
    }
  }

  #guarded(work: (matches: OutputMatch[]) => void): OutputMatch[] {
    const matches: OutputMatch[] = [];
    if (this.#isGuarded) work(matches);
    else this.together(() => work(matches));
    return matches;
  }

  #takeText(text: string, seq: number, matches: OutputMatch[], limit: number): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      if (this.#rest === '' && this.#offset === 0) this.#restSeq = seq;
      this.#scanLine(this.#rest + text.slice(from, end), this.#restSeq, matches, limit);
      this.#rest = '';
      this.#offset = 0;
      this.#isInside = false;
      this.#line++;
      from = end + 1;
      if (matches.length >= limit) return;
    }
    if (from === text.length) return;
    if (this.#rest === '' && this.#offset === 0) this.#restSeq = seq;
    this.#rest += text.slice(from);
    if (this.#rest.length <= maxLineLength) return;
    this.#scanLine(this.#rest, this.#restSeq, matches, limit);
    this.#offset += this.#rest.length;
    this.#rest = '';
  }

  #scanLine(line: string, seq: number, matches: OutputMatch[], limit: number): void {
    if (this.#isInside) return;
    const piece = searchedText(line);
    const pattern = this.#pattern;
    pattern.lastIndex = 0;
    for (let found = pattern.exec(piece); found !== null; found = pattern.exec(piece)) {
      const length = found[0].length;
      if (length === 0) {
        // Nothing to show, and nothing that would move the pattern on.
        pattern.lastIndex = afterNothing(pattern, piece, found.index);
        continue;
      }
      const cut = Math.max(0, Math.min(found.index - (excerptLength >> 1), piece.length - excerptLength));
      matches.push({ seq, line: this.#line, text: piece.slice(cut, cut + excerptLength), start: this.#offset + found.index, length });
      if (matches.length >= limit) return;
    }
  }
}
