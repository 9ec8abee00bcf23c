import { mapParts, tallyCells } from '../../../contract/outputFilter.ts';

/**
 * Counts lines by where they are, in an output whose length is not known yet: in cells of equally many lines, which are joined two by two
 * when they do not suffice. So a count goes on for ever in the same room, and a map of any length can be made of it.
 */
export class LineTally {
  #cellLines: number;
  #cells: number[];

  /** @param from another tally's `toJSON`, to go on from it */
  constructor(from: { cellLines: number; cells: readonly number[] } = { cellLines: 1, cells: [] }) {
    this.#cellLines = from.cellLines;
    this.#cells = [...from.cells];
  }

  /** @param line first is 0 */
  add(line: number): void {
    while (line >= tallyCells * this.#cellLines) this.#join();
    const cell = Math.floor(line / this.#cellLines);
    while (this.#cells.length <= cell) this.#cells.push(0);
    this.#cells[cell] = (this.#cells[cell] ?? 0) + 1;
  }

  #join(): void {
    this.#cells = Array.from({ length: Math.ceil(this.#cells.length / 2) }, (_, i) => (this.#cells[2 * i] ?? 0) + (this.#cells[2 * i + 1] ?? 0));
    this.#cellLines *= 2;
  }

  /** How many of the lines are in each of `mapParts` parts of `total` lines. */
  map(total: number): number[] {
    const map = Array.from({ length: mapParts }, () => 0);
    for (const [cell, count] of this.#cells.entries()) {
      if (count === 0) continue;
      const middle = cell * this.#cellLines + (this.#cellLines - 1) / 2;
      const part = Math.min(mapParts - 1, Math.floor((middle / Math.max(1, total)) * mapParts));
      map[part] = (map[part] ?? 0) + count;
    }
    return map;
  }

  toJSON(): { cellLines: number; cells: number[] } {
    return { cellLines: this.#cellLines, cells: [...this.#cells] };
  }
}
