import { lastAtMost } from '../../lib/lists.ts';
import type { Block, TextBlock } from './blocks.ts';
import type { ConsoleLog } from './consoleLog.ts';
import { lineWidth, rowOffsets } from './charWidth.ts';
import { JsonLines, prettyOffsets, type Fold, type PrettyLine } from './jsonLines.ts';
import { resolveLine, withFields, type Piece, type ResolvedLine } from './lineText.ts';
import { lineCap, lineTail, rawLine, type RawLine } from './logLines.ts';
import { isJsonText, longestJson } from './prettyJson.ts';

const itself = (value: number): number => value;

/** A place in the drawn output: a block, a line that begins in it, and a drawn row of that line. Items have line 0, row 0. */
export interface RowPlace {
  index: number;
  line: number;
  row: number;
}

/** A line ready to be drawn. */
export interface LaidLine {
  resolved: ResolvedLine;
  /** The line's own text, whatever is drawn of it. */
  said: string;
  /** Offsets into its text at which its drawn rows start. */
  offsets: number[];
  /** Characters that are not drawn: the line is longer than its cap. */
  hidden: number;
  /** What can be folded in a line of JSON that is drawn over several rows, by the offset at which a row begins; null for any other line. */
  folds: ReadonlyMap<number, Fold> | null;
}

const simpleLine = /^[\x20-\x7e]*$/;

/**
 * Where everything stands, in CSS pixels from the top: text in rows of one height, items as high as they were measured.
 * Counting, not measuring, keeps a million lines exact: the only measure is the width of a column.
 */
export class Layout {
  /** `tops[i]` is the top of block i; the last entry is the height of all. */
  tops: number[] = [0];
  rowHeight = 18;
  /** Columns at which lines are broken; Infinity when they are not. */
  columns = Infinity;
  /** Widest line that was laid out, in columns. */
  widest = 0;
  /** Lines that are JSON objects are drawn as fields. */
  private showsFields = false;
  private readonly caps = new Map<string, number>();
  private readonly json = new JsonLines();
  /** The log's `prepended` when the tops were worked out. */
  private prepended = 0;

  readonly log: ConsoleLog;

  constructor(log: ConsoleLog) {
    this.log = log;
  }

  get height(): number {
    return this.tops[this.tops.length - 1] ?? 0;
  }

  /** Sets columns and row height; all is counted again if they changed. */
  setMetrics(columns: number, rowHeight: number): void {
    if (columns === this.columns && rowHeight === this.rowHeight) return;
    this.columns = columns;
    this.rowHeight = rowHeight;
    this.log.changedFrom = 0;
  }

  /** Draws lines that are JSON objects as fields, or as they are. */
  setFields(shows: boolean): void {
    if (shows === this.showsFields) return;
    this.showsFields = shows;
    for (const block of this.log.blocks) if (block.kind === 'text') Object.assign(block, { rowsStale: true, rowsColumns: -1, lineRows: null });
    this.log.changedFrom = 0;
  }

  /** A line as it is drawn; null while its text is away. */
  shownText(block: TextBlock, line: number, cap: number): string | null {
    const raw = rawLine(this.log, block, line, cap);
    if ('missing' in raw) return null;
    const pretty = this.prettyOf(block, line);
    if (pretty !== null) return pretty.resolved.text;
    const drawn = resolveLine(raw.pieces, raw.states);
    return (this.showsFields ? withFields(drawn) : drawn).text;
  }

  /** Whether a line can be drawn as JSON over several rows. */
  isJson(block: TextBlock, line: number): boolean {
    const raw = rawLine(this.log, block, line, longestJson);
    return !('missing' in raw) && raw.length <= longestJson && isJsonText(resolveLine(raw.pieces, raw.states).text);
  }

  /** Draws a line of JSON over several rows, or in one again; with `id` not 0, folds a container in it. */
  toggleJson(block: TextBlock, line: number, id: number): void {
    this.json.toggle(block, line, id);
    this.recount(block);
  }

  private prettyOf(block: TextBlock, line: number): PrettyLine | null {
    if (!this.json.isOpen(block, line)) return null;
    const raw = rawLine(this.log, block, line, longestJson);
    return 'missing' in raw || raw.length > longestJson ? null : this.json.pretty(block, line, resolveLine(raw.pieces, raw.states));
  }

  /** Brings the tops up to date with the log. */
  update(): void {
    const { blocks } = this.log;
    const from = Math.min(this.log.changedFrom, blocks.length);
    let top = this.tops[from] ?? 0;
    this.tops.length = from;
    for (let i = from; i < blocks.length; i++) {
      const block = blocks[i];
      if (block === undefined) break;
      this.tops.push(top);
      top += this.heightOf(block);
    }
    this.tops.push(top);
    this.log.changedFrom = blocks.length;
    this.prepended = this.log.prepended;
  }

  heightOf(block: Block): number {
    if (block.kind === 'item') return block.height;
    this.countRows(block);
    return block.rows * this.rowHeight;
  }

  /** Notes the measured height of an item. @returns whether it changed */
  setItemHeight(index: number, height: number): boolean {
    const block = this.log.blocks[index];
    if (block?.kind !== 'item' || Math.abs(block.height - height) < 0.5) return false;
    block.height = height;
    this.log.changedFrom = Math.min(this.log.changedFrom, index);
    return true;
  }

  private countRows(block: TextBlock): void {
    const { lineStarts, columns } = { lineStarts: block.lineStarts, columns: this.columns };
    if (block.rowsColumns === columns && !block.rowsStale) return;
    if (lineStarts === null) {
      if (block.rowsColumns !== columns) {
        const average = block.lineCount === 0 ? 0 : block.length / block.lineCount;
        block.rows = columns === Infinity ? block.lineCount : block.lineCount * Math.max(1, Math.ceil(average / columns));
        block.rowsColumns = columns;
        block.lineRows = null;
        block.rowsStale = true;
      }
      return;
    }
    // In most blocks each line is one row: then nothing is counted line by line, but for the last one while it is open.
    const fits = block.longestLine <= Math.min(columns, lineCap) && (block.plain || columns === Infinity) && !this.json.isAnyOpen(block);
    if (fits && (block.closed || block.lineCount === 0 || this.rowsOfLine(block, block.lineCount - 1) === 1)) {
      block.lineRows = null;
      block.rows = block.lineCount;
    } else this.countEachLine(block, block.rowsColumns === columns ? block.lineRows : null);
    block.rowsColumns = columns;
    block.rowsStale = false;
  }

  private countEachLine(block: TextBlock, before: number[] | null): void {
    // Lines but the last do not change any more: their rows are kept.
    const rows = before ?? [0];
    if (rows.length > 1) rows.pop();
    for (let line = rows.length - 1; line < block.lineCount; line++) {
      const count = this.rowsOfLine(block, line);
      rows.push((rows[line] ?? 0) + count);
    }
    block.lineRows = rows;
    block.rows = rows[rows.length - 1] ?? 0;
  }

  private rowsOfLine(block: TextBlock, line: number): number {
    const start = block.lineStarts?.[line] ?? 0;
    const next = block.lineStarts?.[line + 1];
    if (next !== undefined && block.text !== null && next - start - 1 <= lineCap && !this.json.isOpen(block, line)) {
      if (this.columns === Infinity) return 1;
      const text = block.text.slice(start, next - 1);
      if (simpleLine.test(text) && !(this.showsFields && text.startsWith('{'))) return Math.max(1, Math.ceil(text.length / this.columns));
    }
    const laid = this.lay(block, line);
    return 'missing' in laid ? 1 : laid.offsets.length + (laid.hidden > 0 ? 1 : 0);
  }

  private capKey(block: TextBlock, line: number): string {
    return `${block.firstSeq}:${line}`;
  }

  /** Shows more of a line that is longer than what is drawn of it. */
  showMore(block: TextBlock, line: number): void {
    const key = this.capKey(block, line);
    this.caps.set(key, (this.caps.get(key) ?? lineCap) * 4);
    this.recount(block);
  }

  private recount(block: TextBlock): void {
    block.rowsStale = true;
    block.lineRows = null;
    block.rowsColumns = -1;
    this.log.changedFrom = Math.min(this.log.changedFrom, this.log.indexOf(block));
  }

  /** Lays out one line; while its text is away, `missing` is the block to restore. */
  lay(block: TextBlock, line: number): LaidLine | { missing: TextBlock } {
    const cap = this.caps.get(this.capKey(block, line)) ?? lineCap;
    const raw = rawLine(this.log, block, line, cap);
    if ('missing' in raw) return raw;
    const pretty = this.prettyOf(block, line);
    if (pretty !== null) return this.layPretty(pretty);
    const tail = this.redrawnTail(block, line, raw, cap);
    const drawn = resolveLine(tail ?? raw.pieces, raw.states);
    const resolved = this.showsFields ? withFields(drawn) : drawn;
    const offsets = this.columns === Infinity ? [0] : rowOffsets(resolved.text, resolved.oneColumn, this.columns);
    const width = lineWidth(resolved.text, resolved.oneColumn);
    if (width > this.widest) this.widest = width;
    return { resolved, said: drawn.text, offsets, hidden: tail === null && raw.length > cap ? raw.length - cap : 0, folds: null };
  }

  private layPretty(pretty: PrettyLine): LaidLine {
    const { resolved, starts, folds } = pretty;
    for (const [i, start] of starts.entries()) this.widest = Math.max(this.widest, lineWidth(resolved.text.slice(start, (starts[i + 1] ?? resolved.text.length + 1) - 1), resolved.oneColumn));
    return { resolved, said: resolved.text, offsets: prettyOffsets(pretty, this.columns), hidden: 0, folds };
  }

  /** A progress bar that was redrawn very often: its end is what is to be seen, not its beginning. Null for any other line. */
  private redrawnTail(block: TextBlock, line: number, raw: RawLine, cap: number): Piece[] | null {
    if (raw.length <= cap || !raw.pieces.some((piece) => piece.text.includes('\r'))) return null;
    return lineTail(this.log, block, line, cap);
  }

  /** The block and row at a height, by the tops as they are; clamped to what was laid out. */
  placeAt(y: number): RowPlace {
    const { blocks, prepended } = this.log;
    const at = lastAtMost(this.tops, y, itself, Math.max(0, this.tops.length - 2));
    const index = at + prepended - this.prepended;
    const block = blocks[index];
    if (block === undefined || block.kind === 'item' || block.rows === 0) return { index, line: 0, row: 0 };
    const wanted = Math.max(0, Math.min(block.rows - 1, Math.floor((y - (this.tops[at] ?? 0)) / this.rowHeight)));
    if (block.lineRows === null) return { index, line: Math.min(wanted, block.lineCount - 1), row: 0 };
    // Lines may have come that are not laid out yet; the last entry is the end of those that are.
    const line = lastAtMost(block.lineRows, wanted, itself, block.lineRows.length - 2);
    return { index, line, row: wanted - (block.lineRows[line] ?? 0) };
  }

  /** The top that a place has now; after `update`, `topOf` tells where it is then. */
  laidTop(place: RowPlace): number {
    return this.topOf({ ...place, index: place.index - this.log.prepended + this.prepended }, this.log.blocks[place.index]);
  }

  /** The top of a place. */
  topOf(place: RowPlace, block: Block | undefined = this.log.blocks[place.index]): number {
    const top = this.tops[place.index] ?? 0;
    if (block?.kind !== 'text') return top;
    return top + ((block.lineRows === null ? place.line : (block.lineRows[place.line] ?? 0)) + place.row) * this.rowHeight;
  }

  /** The drawn row of a line that holds one of its characters. */
  rowOfOffset(place: RowPlace, offset: number): RowPlace {
    const block = this.log.blocks[place.index];
    if (block?.kind !== 'text') return place;
    const laid = this.lay(block, place.line);
    if ('missing' in laid) return place;
    return { ...place, row: lastAtMost(laid.offsets, offset, itself) };
  }

  /** Drawn rows of a line. */
  rowCount(block: TextBlock, line: number): number {
    if (block.lineRows === null) return 1;
    return (block.lineRows[line + 1] ?? block.rows) - (block.lineRows[line] ?? 0);
  }
}
