import { withoutStyles } from '../../../contract/outputPattern.ts';
import { diffLines, type Difference } from './lineDiff.ts';
import { doubled, LineIds } from './lineIds.ts';
import { LineSplitter } from './openLine.ts';

export type Side = 'left' | 'right';

/** How far an output was taken in. */
export interface Taken {
  /** Lines that are done. */
  lines: number;
  /** The next line has begun. */
  isOpen: boolean;
  /** As much as is compared was taken; what comes is passed over. */
  isFull: boolean;
}

export interface Compared {
  leftLines: number;
  rightLines: number;
  truncated: boolean;
  /** All stretches that differ. */
  count: number;
  /** The first of them. */
  differences: Difference[];
}

/** How much is compared of an output, and told. */
export interface ComparisonLimits {
  mostLines: number;
  mostCharacters: number;
  mostDifferences: number;
}

/** An output's lines as numbers. */
class NumberedLines {
  readonly #splitter = new LineSplitter();
  readonly #limits: ComparisonLimits;
  readonly #ids: LineIds;
  #numbers = new Int32Array(1024);
  #count = 0;
  #characters = 0;
  isFull = false;

  constructor(limits: ComparisonLimits, ids: LineIds) {
    this.#limits = limits;
    this.#ids = ids;
  }

  take(text: string): Taken {
    if (!this.isFull) this.#splitter.take(text, (line) => this.#add(line));
    const { lines, isOpen } = this.#splitter;
    return { lines, isOpen, isFull: this.isFull };
  }

  end(): Int32Array {
    const rest = this.isFull ? '' : this.#splitter.end();
    if (rest !== '') this.#add(rest);
    return this.#numbers.subarray(0, this.#count);
  }

  #add(line: string): boolean {
    if (this.#count === this.#numbers.length) this.#numbers = doubled(this.#numbers);
    this.#numbers[this.#count++] = this.#ids.id(withoutStyles(line));
    this.#characters += line.length;
    this.isFull = this.#count >= this.#limits.mostLines || this.#characters >= this.#limits.mostCharacters;
    return !this.isFull;
  }
}

/** Compares two outputs line by line, as they are read: a line in another colour is the same. Their text comes in parts and is not kept. */
export class LineComparison {
  readonly #mostDifferences: number;
  readonly #outputs: Record<Side, NumberedLines>;
  #ids: LineIds;

  constructor(limits: ComparisonLimits) {
    this.#mostDifferences = limits.mostDifferences;
    this.#ids = new LineIds();
    this.#outputs = { left: new NumberedLines(limits, this.#ids), right: new NumberedLines(limits, this.#ids) };
  }

  take(side: Side, text: string): Taken {
    return this.#outputs[side].take(text);
  }

  /** All has been taken. */
  compare(): Compared {
    const { left, right } = this.#outputs;
    const truncated = left.isFull || right.isFull;
    const [a, b] = [left.end(), right.end()];
    const all = diffLines(a, b, this.#ids.count);
    return { leftLines: a.length, rightLines: b.length, truncated, count: all.length, differences: all.slice(0, this.#mostDifferences) };
  }
}
