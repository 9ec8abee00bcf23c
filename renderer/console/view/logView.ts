import type { TextBlock } from '../model/blocks.ts';
import type { ConsoleLog } from '../model/consoleLog.ts';
import { Layout, type RowPlace } from '../model/layout.ts';
import type { TimeMode } from '../times.ts';
import { readPalette, type Palette } from './palette.ts';
import { RowButtons } from './rowButtons.ts';
import { labelColumns, labelOf } from './rowLabel.ts';
import { RowPool, type DrawnRow, type VisibleItem } from './rowPool.ts';
import { ScrollArea } from './scrollArea.ts';

/** Rows drawn above and below what is in sight. */
const overscanRows = 12;
/** More characters than this since the last drawing are a flood; then it is drawn this often, in milliseconds. */
const floodLength = 96 * 1024;
const floodFrameMs = 48;

/** How an output is to be drawn, as the person has set it. */
export interface LogLook {
  /** CSS pixels. */
  fontSize: number;
  /** Long lines are broken at the edge. */
  wraps: boolean;
  /** What time stands before each line. */
  times: TimeMode;
  /** What relative times count from, milliseconds since 1970. */
  startedMs: number;
  /** Lines that are JSON objects are drawn as fields. */
  showsFields: boolean;
}

export interface LogViewOptions {
  log: ConsoleLog;
  look: LogLook;
  /** Items that are in the page now, each with the element that its content belongs into. */
  onItems(items: readonly VisibleItem[]): void;
  /** Whether the end of the output is followed. */
  onFollow(follows: boolean): void;
  /** Text that was put away comes into sight. */
  onMissing(block: TextBlock): void;
  /** Rows were drawn again: what is marked or selected in them has to be, too. */
  onDrawn(): void;
}

/**
 * Draws the part of a log that is in sight: one element a drawn row, a few dozen in all, filled without React so that a flood costs
 * a frame no more than a page of text. Items (displays, tracebacks) are hosts that React fills.
 */
export class LogView {
  readonly layout: Layout;
  readonly area: ScrollArea;
  private readonly pool: RowPool;
  private readonly buttons: RowButtons;
  private readonly heights: ResizeObserver;
  private readonly sizes: ResizeObserver;
  private readonly themes: MutationObserver;
  private readonly unsubscribe: () => void;
  private palette: Palette;
  private frame = 0;
  private follows = true;
  private look: LogLook;
  private columnWidth = 8;
  private labelColumns = 0;
  private drawnAt = 0;
  private drawnLength = 0;

  readonly root: HTMLElement;
  private readonly options: LogViewOptions;

  constructor(root: HTMLElement, options: LogViewOptions) {
    this.root = root;
    this.options = options;
    this.look = options.look;
    this.layout = new Layout(options.log);
    options.log.changedFrom = 0;
    this.applyLook();
    this.area = new ScrollArea(root, () => this.onScrolled());
    this.palette = readPalette(root);
    this.heights = new ResizeObserver((entries) => this.onHeights(entries));
    this.heights.observe(this.area.tail);
    this.pool = new RowPool(this.area.rows, this.heights);
    this.sizes = new ResizeObserver(() => this.measure());
    this.sizes.observe(root);
    this.themes = new MutationObserver(() => this.onTheme());
    this.themes.observe(document.documentElement, { attributes: true });
    this.unsubscribe = options.log.subscribe(() => this.onChanged());
    this.buttons = new RowButtons(this);
    this.measure();
  }

  dispose(): void {
    this.unsubscribe();
    cancelAnimationFrame(this.frame);
    // Whoever still holds it must not make it draw again.
    this.frame = -1;
    this.heights.disconnect();
    this.sizes.disconnect();
    this.themes.disconnect();
    this.area.dispose();
  }

  /** Draws it in another way, at the same place. */
  setLook(look: LogLook): void {
    const { fontSize, wraps, times, startedMs, showsFields } = this.look;
    if (look.fontSize === fontSize && look.wraps === wraps && look.times === times && look.startedMs === startedMs && look.showsFields === showsFields) return;
    this.look = look;
    this.applyLook();
    this.measure();
  }

  private applyLook(): void {
    this.root.style.setProperty('--console-font-size', `${this.look.fontSize}px`);
    this.keepPlace(() => this.layout.setFields(this.look.showsFields));
  }

  get isFollowing(): boolean {
    return this.follows;
  }

  /** Goes to the end and stays there while output comes. */
  follow(follows: boolean): void {
    if (this.follows !== follows) {
      this.follows = follows;
      this.options.onFollow(follows);
    }
    this.schedule();
  }

  /** Brings a place into sight, in the middle if it is not in sight. */
  reveal(place: RowPlace): void {
    this.layout.update();
    const top = this.layout.topOf(place);
    if (top >= this.area.top && top + this.layout.rowHeight <= this.area.top + this.area.viewHeight) return;
    this.follow(false);
    this.area.scrollTo(Math.max(0, top - this.area.viewHeight / 2), this.totalHeight());
    this.schedule();
  }

  /** Brings a place to the top of what is in sight. */
  show(place: RowPlace): void {
    this.layout.update();
    this.follow(false);
    this.area.scrollTo(this.layout.topOf(place), this.totalHeight());
    this.schedule();
  }

  /** Moves by so many pixels, as a key does. */
  scrollBy(delta: number): void {
    this.area.scrollTo(this.area.top + delta, this.totalHeight());
    this.onScrolled();
  }

  /** Measures font and width again; after a change of the font, too. */
  measure(): void {
    const probe = document.createElement('span');
    probe.className = 'log-row';
    probe.style.cssText = 'position:absolute;visibility:hidden;width:auto';
    probe.textContent = '0'.repeat(100);
    this.area.rows.append(probe);
    const box = probe.getBoundingClientRect();
    this.area.measure();
    probe.remove();
    if (box.width === 0) return;
    this.columnWidth = box.width / 100;
    this.labelColumns = labelColumns(this.look, this.options.log);
    this.root.style.setProperty('--log-time-columns', String(this.labelColumns));
    const columns = this.look.wraps ? Math.max(20, Math.floor((this.area.viewWidth - this.area.sides) / this.columnWidth) - this.labelColumns) : Infinity;
    this.keepPlace(() => this.layout.setMetrics(columns, box.height));
    this.redraw();
  }

  /** Draws every row anew. */
  redraw(): void {
    this.pool.forgetContent();
    this.schedule();
  }

  schedule(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(this.onFrame);
  }

  /** Draws at once, for what follows in the same moment. */
  drawNow(): void {
    cancelAnimationFrame(this.frame);
    this.draw();
  }

  private onChanged(): void {
    // The first that there is to see is on the screen with the next frame, not with the one after it.
    if (this.drawnLength === 0 && this.options.log.length > 0 && this.area.viewHeight > 0) this.drawNow();
    else this.schedule();
  }

  private readonly onFrame = (): void => {
    // In a flood nobody reads sixty pictures a second: the window's time goes to what comes, and to who types.
    const added = this.options.log.length - this.drawnLength;
    if (added > floodLength && performance.now() - this.drawnAt < floodFrameMs) {
      this.frame = requestAnimationFrame(this.onFrame);
      return;
    }
    this.draw();
  };

  totalHeight(): number {
    return this.layout.height + this.area.tailHeight + this.area.padding * 2;
  }

  /** Rows that are in the page, in order. */
  drawnRows(): DrawnRow[] {
    return this.pool.drawn();
  }

  private onTheme(): void {
    this.palette = readPalette(this.root);
    this.measure();
  }

  private onScrolled(): void {
    const isAtEnd = this.area.top + this.area.viewHeight >= this.totalHeight() - this.layout.rowHeight / 2;
    this.follow(isAtEnd);
  }

  private onHeights(entries: readonly ResizeObserverEntry[]): void {
    let isChanged = false;
    for (const entry of entries) {
      const height = entry.borderBoxSize[0]?.blockSize ?? 0;
      if (entry.target === this.area.tail) {
        this.area.measure();
        isChanged = true;
      }
      const block = this.pool.itemOf(entry.target);
      if (block !== null && height > 0) isChanged = this.layout.setItemHeight(this.options.log.indexOf(block), height) || isChanged;
    }
    if (isChanged) this.schedule();
  }

  /** Keeps the row at the top where it is while heights change. */
  private keepPlace(change: () => void): void {
    if (this.follows || this.options.log.blocks.length === 0) {
      change();
      this.layout.update();
      return;
    }
    const place = this.layout.placeAt(this.area.top);
    const offset = this.area.top - this.layout.laidTop(place);
    change();
    this.layout.update();
    const top = this.layout.topOf(place) + offset;
    if (Math.abs(top - this.area.top) >= 1) this.area.scrollTo(top, this.totalHeight());
  }

  private draw(): void {
    this.frame = 0;
    if (labelColumns(this.look, this.options.log) !== this.labelColumns) this.measure();
    this.drawnAt = performance.now();
    this.drawnLength = this.options.log.length;
    this.keepPlace(() => undefined);
    const total = this.totalHeight();
    this.area.resize(total, this.look.wraps ? 0 : (this.layout.widest + this.labelColumns) * this.columnWidth + this.area.sides);
    if (this.follows) this.area.scrollTo(total - this.area.viewHeight, total);
    this.pool.begin();
    const first = this.drawRows();
    const items = this.pool.end();
    this.area.place(first, this.layout.height);
    this.buttons.afterDrawing();
    this.options.onItems(items);
    this.options.onDrawn();
  }

  /** Draws what is in sight. @returns the top of the first row */
  private drawRows(): number {
    const { log } = this.options;
    const margin = overscanRows * this.layout.rowHeight;
    const place = this.layout.placeAt(Math.max(0, this.area.top - this.area.padding - margin));
    const start = this.layout.topOf(place);
    const end = this.area.top + this.area.viewHeight + margin;
    let top = start;
    for (let { index, line, row } = place; index < log.blocks.length && top < end; index++, line = 0, row = 0) {
      const block = log.blocks[index];
      if (block === undefined) break;
      if (block.kind === 'item') {
        this.pool.item(block, { index, line: 0, row: 0 });
        top += block.height;
        continue;
      }
      for (; line < block.lineCount && top < end; line++, row = 0) {
        const count = this.layout.rowCount(block, line);
        const laid = this.layout.lay(block, line);
        if ('missing' in laid) this.options.onMissing(laid.missing);
        for (; row < count && top < end; row++) {
          this.pool.row(block, { index, line, row }, 'missing' in laid ? null : laid, { palette: this.palette, label: labelOf(this.look, log, block, line, row), isJson: () => this.layout.isJson(block, line) });
          top += this.layout.rowHeight;
        }
      }
    }
    return start;
  }
}
