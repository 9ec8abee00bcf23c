import vm from 'node:vm';
import { AppError } from '../../../contract/errors.ts';
import type { OutputMatch, OutputRecord } from '../../../contract/output.ts';
import { textOf } from './codec.ts';

export interface SearchRequest {
  query: string;
  regex: boolean;
  matchCase: boolean;
}

/** How long one stretch of text may take a pattern, in milliseconds. 64 KB take a sound pattern less than 10. */
const patternBudgetMs = 250;
/** A line is looked at whole up to this length; a longer one in pieces, and a match across their border is not seen. */
const maxLineLength = 1024 * 1024;
/** Characters of a line that a match carries. */
const excerptLength = 500;

/** @throws INVALID_INPUT the regular expression does not compile */
export function compilePattern({ query, regex, matchCase }: SearchRequest): RegExp {
  const flags = matchCase ? 'g' : 'gi';
  if (!regex) return new RegExp(query.replace(/[\\^$.*+?()[\]{}|/-]/g, (found) => `\\${found}`), flags);
  try {
    return new RegExp(query, flags);
  } catch (error) {
    throw new AppError('INVALID_INPUT', `The regular expression cannot be used: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

/**
 * Finds matches in text that comes in stretches, line by line: lines go on over the borders of records and chunks.
 * Nothing but the unfinished last line is kept between two stretches.
 */
export class LineScanner {
  readonly #pattern: RegExp;
  readonly #scanGuarded: () => void;
  #stretch: () => void = () => undefined;
  /** What of the current line has come so far, beginning `#offset` characters after its start. */
  #rest = '';
  #offset = 0;
  #restSeq = 1;
  #line = 0;

  constructor(request: SearchRequest) {
    this.#pattern = compilePattern(request);
    // A regular expression can take exponential time. The vm's time limit is the only way to end one on this thread;
    // what it runs is our own function, in our own realm.
    const context = vm.createContext({ scan: () => this.#stretch() });
    const script = new vm.Script('scan()');
    this.#scanGuarded = request.regex ? () => script.runInContext(context, { timeout: patternBudgetMs }) : () => this.#stretch();
  }

  /** Lines that are done. */
  get lines(): number {
    return this.#line;
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

  /** A stretch that cannot be read: the line that it interrupts ends here, and its line feeds count. */
  skip(lineFeeds: number, limit: number): OutputMatch[] {
    const matches = this.end(limit);
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

  #guarded(work: (matches: OutputMatch[]) => void): OutputMatch[] {
    const matches: OutputMatch[] = [];
    this.#stretch = () => work(matches);
    try {
      this.#scanGuarded();
    } catch (error) {
      // It is made in the vm's realm, so it is no instance of this realm's Error.
      const timedOut = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      if (!timedOut) throw error;
      throw new AppError('INVALID_INPUT', `The regular expression takes too long on line ${this.#line + 1}.`, {
        action: 'Make it simpler: avoid one repetition inside another.',
      });
    }
    return matches;
  }

  #takeText(text: string, seq: number, matches: OutputMatch[], limit: number): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      if (this.#rest === '' && this.#offset === 0) this.#restSeq = seq;
      this.#scanLine(this.#rest + text.slice(from, end), this.#restSeq, matches, limit);
      this.#rest = '';
      this.#offset = 0;
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

  #scanLine(piece: string, seq: number, matches: OutputMatch[], limit: number): void {
    const pattern = this.#pattern;
    pattern.lastIndex = 0;
    for (let found = pattern.exec(piece); found !== null; found = pattern.exec(piece)) {
      const length = found[0].length;
      if (length === 0) {
        // Nothing to show, and nothing that would move the pattern on.
        pattern.lastIndex++;
        continue;
      }
      const cut = Math.max(0, Math.min(found.index - (excerptLength >> 1), piece.length - excerptLength));
      matches.push({ seq, line: this.#line, text: piece.slice(cut, cut + excerptLength), start: this.#offset + found.index, length });
      if (matches.length >= limit) return;
    }
  }
}
