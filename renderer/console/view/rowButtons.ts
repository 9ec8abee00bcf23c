import type { LogView } from './logView.ts';
import type { DrawnRow } from './rowPool.ts';

interface Spot {
  firstSeq: number;
  line: number;
  fold: string;
}

/**
 * The buttons within rows: "show more", and those that fold JSON. All folds are one stop for the Tab key; the arrow keys go from one to the next,
 * Right opens, Left folds, Escape leads back to the output.
 */
export class RowButtons {
  /** The fold that has the focus: its element may be another one after a drawing. */
  private focused: Spot | null = null;
  private readonly view: LogView;

  constructor(view: LogView) {
    this.view = view;
    const { rows } = view.area;
    rows.addEventListener('click', this.onClick);
    rows.addEventListener('keydown', this.onKey);
    rows.addEventListener('focusin', this.onFocus);
    rows.addEventListener('focusout', this.onBlur);
  }

  /** Rows were drawn: keeps the focus where it was, and one fold in sight as the stop for the Tab key. */
  afterDrawing(): void {
    const { focused, view } = this;
    const folds = this.folds();
    if (focused !== null && !view.area.rows.contains(document.activeElement)) {
      const again = folds.find(({ row, button }) => isSpot(this.spotOf(row, button), focused));
      this.focused = null;
      (again?.button ?? view.root).focus({ preventScroll: true });
    }
    const stop = folds.find(({ button }) => button === document.activeElement) ?? folds.find(({ row }) => view.layout.topOf(row.place) >= view.area.top - view.area.padding);
    for (const { button } of folds) {
      const tabIndex = button === stop?.button ? 0 : -1;
      if (button.tabIndex !== tabIndex) button.tabIndex = tabIndex;
    }
  }

  private folds(): { row: DrawnRow; button: HTMLElement }[] {
    return this.view.drawnRows().flatMap((row) => {
      const button = row.element.firstElementChild;
      return button instanceof HTMLElement && button.dataset['fold'] !== undefined ? [{ row, button }] : [];
    }).sort((a, b) => a.row.place.index - b.row.place.index || a.row.place.line - b.row.place.line || a.row.place.row - b.row.place.row);
  }

  private spotOf({ place }: DrawnRow, button: HTMLElement): Spot {
    return { firstSeq: this.view.layout.log.blocks[place.index]?.firstSeq ?? 0, line: place.line, fold: button.dataset['fold'] ?? '' };
  }

  private rowOf(target: EventTarget | null): DrawnRow | undefined {
    return target instanceof Node ? this.view.drawnRows().find(({ element }) => element.contains(target)) : undefined;
  }

  private toggle(row: DrawnRow, fold: string): void {
    const block = this.view.layout.log.blocks[row.place.index];
    if (block?.kind !== 'text') return;
    // What is opened stays where it is, even where the end was followed.
    this.view.follow(false);
    this.view.layout.toggleJson(block, row.place.line, Number(fold));
    this.view.drawNow();
  }

  private readonly onClick = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-more], [data-fold]') : null;
    const row = this.rowOf(button);
    const block = row === undefined ? undefined : this.view.layout.log.blocks[row.place.index];
    if (button === null || row === undefined || block?.kind !== 'text') return;
    const { fold } = button.dataset;
    if (fold !== undefined) return this.toggle(row, fold);
    this.view.layout.showMore(block, row.place.line);
    this.view.follow(false);
    this.view.redraw();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { target } = event;
    const row = this.rowOf(target);
    if (!(target instanceof HTMLElement) || row === undefined || target.dataset['fold'] === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = target.getAttribute('aria-expanded') === 'true';
    const folds = this.folds();
    const at = folds.findIndex(({ button }) => button === target);
    if (event.key === 'ArrowDown') folds[at + 1]?.button.focus();
    else if (event.key === 'ArrowUp') folds[at - 1]?.button.focus();
    else if (event.key === 'Escape') this.view.root.focus({ preventScroll: true });
    else if ((event.key === 'ArrowRight' && !isOpen) || (event.key === 'ArrowLeft' && isOpen)) this.toggle(row, target.dataset['fold']);
    else if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
    event.preventDefault();
    event.stopPropagation();
  };

  private readonly onFocus = ({ target }: FocusEvent): void => {
    const row = this.rowOf(target);
    if (target instanceof HTMLElement && row !== undefined && target.dataset['fold'] !== undefined) this.focused = this.spotOf(row, target);
  };

  private readonly onBlur = ({ relatedTarget }: FocusEvent): void => {
    // A button that is taken out of the page loses the focus to nothing.
    if (relatedTarget !== null) this.focused = null;
  };
}

function isSpot(a: Spot, b: Spot): boolean {
  return a.firstSeq === b.firstSeq && a.line === b.line && a.fold === b.fold;
}
