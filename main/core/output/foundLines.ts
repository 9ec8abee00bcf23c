import { maxFilteredLength, type FilterCursor, type FilteredLine, type OutputFilter, type OutputSource } from '../../../contract/outputFilter.ts';
import { sameSource } from './columns.ts';
import type { OutputLine } from './lines.ts';
import { LineTally } from './lineTally.ts';

export interface FilterRequest {
  filter: OutputFilter;
  /** Lines before and after each that is wanted. */
  context: number;
  maxLines: number;
  /** Where an earlier filter has ended. */
  after?: FilterCursor | undefined;
}

/** What a filter finds, line by line, with the lines around. */
export class FoundLines {
  lines: FilteredLine[] = [];
  matched: number;
  given: number;
  readonly tally: LineTally;
  readonly sources: OutputSource[];
  /** Lines that were seen and not given, at most as many as stand before a wanted one. */
  #before: OutputLine[] = [];
  /** The records in which the last lines begin, as many. */
  readonly #seqs: number[] = [];
  #contextLeft: number;
  #givenLine: number;
  #lastSource: OutputSource | undefined;
  readonly #firstLine: number;
  readonly #context: number;
  readonly #maxLines: number;
  readonly #test: (line: OutputLine) => boolean;

  constructor({ context, maxLines, after }: Pick<FilterRequest, 'context' | 'maxLines' | 'after'>, test: (line: OutputLine) => boolean) {
    this.matched = after?.matched ?? 0;
    this.given = after?.given ?? 0;
    this.tally = new LineTally(after);
    this.sources = [...(after?.sources ?? [])];
    this.#contextLeft = after?.contextLeft ?? 0;
    this.#givenLine = after?.givenLine ?? -1;
    this.#firstLine = after?.line ?? 0;
    this.#context = context;
    this.#maxLines = maxLines;
    this.#test = test;
  }

  /** Lines come in their order. What an earlier filter has decided is only remembered, to be given if it is near one that is found now. */
  readonly look = (line: OutputLine): void => {
    if (this.#context > 0) this.#seqs.push(line.seq);
    if (this.#seqs.length > this.#context) this.#seqs.shift();
    if (line.line < this.#firstLine) {
      if (line.line > this.#givenLine) this.#remember(line);
      return;
    }
    if (line.source !== undefined && line.source !== this.#lastSource) {
      this.#lastSource = line.source;
      this.addSources([line.source]);
    }
    if (this.#test(line)) {
      this.matched++;
      this.tally.add(line.line);
      for (const near of this.#before.splice(0)) this.#give(near, false);
      this.#give(line, true);
      this.#contextLeft = this.#context;
    } else if (this.#contextLeft > 0) {
      this.#contextLeft--;
      this.#give(line, false);
    } else this.#remember(line);
  };

  /** What comes next does not follow what came last. */
  jump(): void {
    this.#before = [];
    this.#seqs.length = 0;
    this.#contextLeft = 0;
  }

  addSources(sources: readonly OutputSource[]): void {
    for (const source of sources) if (!this.sources.some((known) => sameSource(source, known))) this.sources.push(source);
  }

  /** @returns the lines that were found since it was asked last */
  take(): FilteredLine[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  /** Where another filter goes on: at line `line`, which begins in record `seq`. */
  cursor(seq: number, line: number): FilterCursor {
    const { matched, given, sources, tally } = this;
    // Far enough back for the lines before one that is found first thing.
    return { seq: this.#seqs[0] ?? seq, line, givenLine: this.#givenLine, contextLeft: this.#contextLeft, matched, given, sources: [...sources], ...tally.toJSON() };
  }

  #remember(line: OutputLine): void {
    if (this.#context === 0) return;
    this.#before.push(line);
    if (this.#before.length > this.#context) this.#before.shift();
  }

  #give({ line, seq, timeMs, stream, source, text }: OutputLine, isMatch: boolean): void {
    this.#givenLine = line;
    if (this.given >= this.#maxLines) return;
    this.given++;
    this.lines.push({ line, seq, timeMs, stream, ...(source === undefined ? {} : { source }), text: text.slice(0, maxFilteredLength), isMatch });
  }
}
