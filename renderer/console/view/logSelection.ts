import type { ConsoleLog } from '../model/consoleLog.ts';
import type { RowPlace } from '../model/layout.ts';
import { needsReading, plainTextOf, type Point } from '../model/plainText.ts';
import type { LogView } from './logView.ts';
import { offsetInRow, pointInRow } from './rowRange.ts';

function compare(a: Point, b: Point): number {
  return a.index - b.index || a.line - b.line || a.offset - b.offset;
}

/**
 * A selection that outlives the rows it was made in: the page holds only what is in sight, so the points are kept here, and the
 * browser's own selection is put back over the rows that are drawn.
 */
export class LogSelection {
  private anchor: Point | null = null;
  private focus: Point | null = null;
  private isDragging = false;
  private isApplying = false;
  /** The log's `prepended` when the points were last looked at. */
  private prepended = 0;

  private readonly view: LogView;
  private readonly log: ConsoleLog;
  /** Copies what is not all here; later than the event. */
  private readonly copyLong: (start: Point, end: Point) => void;

  constructor(
    view: LogView,
    log: ConsoleLog,
    copyLong: (start: Point, end: Point) => void,
  ) {
    this.copyLong = copyLong;
    this.view = view;
    this.log = log;
    this.prepended = log.prepended;
    view.root.addEventListener('pointerdown', this.onPointerDown);
    document.addEventListener('pointerup', this.onPointerUp);
    document.addEventListener('selectionchange', this.onSelectionChange);
    view.root.addEventListener('copy', this.onCopy);
  }

  dispose(): void {
    this.view.root.removeEventListener('pointerdown', this.onPointerDown);
    document.removeEventListener('pointerup', this.onPointerUp);
    document.removeEventListener('selectionchange', this.onSelectionChange);
    this.view.root.removeEventListener('copy', this.onCopy);
  }

  selectAll(): void {
    const last = this.log.blocks.length - 1;
    if (last < 0) return;
    const block = this.log.blocks[last];
    this.anchor = { index: 0, line: 0, offset: 0 };
    this.focus = { index: last, line: block?.kind === 'text' ? block.lineCount : 1, offset: 0 };
    this.view.root.focus();
    this.apply();
  }

  /** Puts the browser's selection over the part that is drawn. */
  apply(): void {
    this.shift(this.log.prepended - this.prepended);
    const { anchor, focus } = this;
    if (anchor === null || focus === null || this.isDragging) return;
    const [start, end] = compare(anchor, focus) <= 0 ? [anchor, focus] : [focus, anchor];
    const rows = this.view.drawnRows().filter(({ place }) => !isBefore(place, start) && !isAfter(place, end)).sort((a, b) => comparePlaces(a.place, b.place));
    const first = rows[0];
    const last = rows.at(-1);
    const selection = document.getSelection();
    if (first === undefined || last === undefined || selection === null || compare(start, end) === 0) return;
    const from = this.pointOf(first, start, false);
    const to = this.pointOf(last, end, true);
    const isSame = selection.anchorNode === from.node && selection.anchorOffset === from.offset && selection.focusNode === to.node && selection.focusOffset === to.offset;
    if (isSame) return;
    this.isApplying = true;
    selection.setBaseAndExtent(from.node, from.offset, to.node, to.offset);
  }

  /** Blocks have come before those that the points are in. */
  private shift(count: number): void {
    if (count === 0) return;
    this.prepended += count;
    if (this.anchor !== null) this.anchor = { ...this.anchor, index: this.anchor.index + count };
    if (this.focus !== null) this.focus = { ...this.focus, index: this.focus.index + count };
  }

  private pointOf(row: ReturnType<LogView['drawnRows']>[number], point: Point, isEnd: boolean): { node: Node; offset: number } {
    const { element, place, laid } = row;
    const from = laid?.offsets[place.row] ?? 0;
    const isLine = place.index === point.index && place.line === point.line;
    const whole = isEnd ? (element.textContent?.length ?? 0) : 0;
    return pointInRow(element, isLine ? Math.max(0, point.offset - from) : whole);
  }

  private readonly onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.target instanceof Element) || event.target.closest('.log-rows') === null) return;
    this.isDragging = true;
    if (event.shiftKey) return;
    this.anchor = null;
    this.focus = null;
  };

  private readonly onPointerUp = (): void => {
    if (!this.isDragging) return;
    // The event that tells of a quick click's selection comes only after this one.
    const selection = document.getSelection();
    if (selection !== null) this.take(selection);
    this.isDragging = false;
    // Where it began may be out of the page by now, and its row drawn with another line: the browser's own selection begins there.
    this.view.schedule();
  };

  private take({ anchorNode, anchorOffset, focusNode, focusOffset }: Selection): void {
    if (anchorNode === null || focusNode === null || !this.view.area.rows.contains(focusNode)) return;
    this.focus = this.pointAt(focusNode, focusOffset) ?? this.focus;
    this.anchor ??= this.pointAt(anchorNode, anchorOffset);
  }

  private readonly onSelectionChange = (): void => {
    if (this.isApplying) {
      this.isApplying = false;
      return;
    }
    const selection = document.getSelection();
    if (selection === null || selection.anchorNode === null || selection.focusNode === null) return;
    const isInside = this.view.area.rows.contains(selection.focusNode);
    if (!isInside) {
      // Someone selects elsewhere: this selection is over, unless rows were taken out of the page.
      if (!this.isDragging && !selection.isCollapsed) this.anchor = this.focus = null;
      return;
    }
    if (!this.isDragging && selection.isCollapsed) return;
    this.take(selection);
  };

  private pointAt(node: Node, offset: number): Point | null {
    for (const { element, place, laid } of this.view.drawnRows()) {
      if (!element.contains(node)) continue;
      const from = laid?.offsets[place.row] ?? 0;
      return { index: place.index, line: place.line, offset: from + (laid === null ? 0 : offsetInRow(element, node, offset)) };
    }
    return null;
  }

  private readonly onCopy = (event: ClipboardEvent): void => {
    const { anchor, focus } = this;
    if (anchor === null || focus === null || event.clipboardData === null || compare(anchor, focus) === 0) return;
    const [start, end] = compare(anchor, focus) <= 0 ? [anchor, focus] : [focus, anchor];
    event.preventDefault();
    if (needsReading(this.view.layout, start, end)) this.copyLong(start, end);
    else event.clipboardData.setData('text/plain', plainTextOf(this.view.layout, start, end));
  };
}

function comparePlaces(a: RowPlace, b: RowPlace): number {
  return a.index - b.index || a.line - b.line || a.row - b.row;
}

function isBefore(place: RowPlace, point: Point): boolean {
  return place.index < point.index || (place.index === point.index && place.line < point.line);
}

function isAfter(place: RowPlace, point: Point): boolean {
  return place.index > point.index || (place.index === point.index && place.line > point.line);
}
