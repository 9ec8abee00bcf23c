import { levelOf } from '../../../contract/index.ts';
import type { ItemBlock, TextBlock } from '../model/blocks.ts';
import type { LaidLine, RowPlace } from '../model/layout.ts';
import type { Palette } from './palette.ts';
import { fillRow } from './rowElement.ts';

/** A row that is in the page. */
export interface DrawnRow {
  element: HTMLElement;
  /** Null while its text is being read, and for an item. */
  laid: LaidLine | null;
  place: RowPlace;
}

/** How a row is drawn. */
export interface RowLook {
  palette: Palette;
  /** Stands before the row; null for none. */
  label: string | null;
  /** Whether the line can be drawn as JSON over several rows. */
  isJson(): boolean;
}

/** An item that is in the page, with the element that its content belongs into. */
export interface VisibleItem {
  block: ItemBlock;
  host: HTMLElement;
  /** Times that the item was redrawn by an update. */
  version: number;
}

/**
 * The elements of the rows in sight, in the order of the output. Between `begin` and `end` each wanted row is named once, from the
 * top; what stays keeps its element (and with it the focus, a selection, a frame), what is not named leaves the page.
 */
export class RowPool {
  private readonly rows = new Map<string, DrawnRow>();
  private readonly hosts = new Map<Element, ItemBlock>();
  private readonly used = new Set<string>();
  private items: VisibleItem[] = [];
  private cursor: Element | null = null;
  private readonly parent: HTMLElement;
  private readonly heights: ResizeObserver;

  /**
   * @param parent holds the rows
   * @param heights is told of each item, to measure it
   */
  constructor(parent: HTMLElement, heights: ResizeObserver) {
    this.parent = parent;
    this.heights = heights;
  }

  drawn(): DrawnRow[] {
    return [...this.rows.values()];
  }

  /** The item whose element this is; null if it is none. */
  itemOf(element: Element): ItemBlock | null {
    return this.hosts.get(element) ?? null;
  }

  /** Has every row filled anew with the next drawing. */
  forgetContent(): void {
    for (const row of this.rows.values()) row.laid = null;
  }

  begin(): void {
    this.used.clear();
    this.items = [];
    this.cursor = this.parent.firstElementChild;
  }

  row(block: TextBlock, place: RowPlace, laid: LaidLine | null, { palette, label, isJson }: RowLook): void {
    const drawn = this.take(`${block.firstSeq}:${place.line}:${place.row}`, place, 'log-row');
    if (laid === null) drawn.element.textContent = '\u2026';
    else if (drawn.laid === null || !isSame(drawn.laid, laid)) fillRow(drawn.element, laid, place.row, { palette, isJson });
    drawn.laid = laid;
    const { dataset } = drawn.element;
    if (label === null) delete dataset['time'];
    else if (dataset['time'] !== label) dataset['time'] = label;
    // The rows of a value have colours of their own.
    const level = laid === null || (laid.folds !== null && place.row > 0) ? 'unknown' : levelOf(laid.said);
    if (dataset['level'] !== level) dataset['level'] = level;
  }

  item(block: ItemBlock, place: RowPlace): void {
    const { element } = this.take(`item:${block.firstSeq}`, place, 'log-item');
    if (!this.hosts.has(element)) {
      this.hosts.set(element, block);
      this.heights.observe(element);
    }
    this.items.push({ block, host: element, version: block.version });
  }

  /** Takes away what was not named. @returns the items that were */
  end(): readonly VisibleItem[] {
    for (const [key, { element }] of this.rows) {
      if (this.used.has(key)) continue;
      element.remove();
      this.rows.delete(key);
      if (this.hosts.delete(element)) this.heights.unobserve(element);
    }
    return this.items;
  }

  private take(key: string, place: RowPlace, className: string): DrawnRow {
    this.used.add(key);
    const known = this.rows.get(key);
    const drawn = known ?? { element: document.createElement('div'), laid: null, place };
    drawn.place = place;
    if (known === undefined) {
      drawn.element.className = className;
      this.rows.set(key, drawn);
    }
    if (known === undefined) this.parent.insertBefore(drawn.element, this.cursor);
    else {
      // What stands between here and there is above what is wanted, and leaves. To move a row would reload a frame in it.
      while (this.cursor !== null && this.cursor !== drawn.element) this.cursor = this.cursor.nextElementSibling;
      this.cursor = drawn.element.nextElementSibling;
    }
    return drawn;
  }
}

function isSame(a: LaidLine, b: LaidLine): boolean {
  if (a === b) return true;
  if (a.resolved.text !== b.resolved.text || (a.folds === null) !== (b.folds === null) || a.hidden !== b.hidden || a.offsets.length !== b.offsets.length) return false;
  if (a.resolved.runs.length !== b.resolved.runs.length) return false;
  return a.resolved.runs.every((run, index) => {
    const other = b.resolved.runs[index];
    return other !== undefined && run.end === other.end && run.stream === other.stream && run.style === other.style;
  });
}
