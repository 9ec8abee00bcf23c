/** Tallest element that Chromium lays out exactly is 2^25 px; above this the scroll bar stands for more than it measures. */
const maxNativeHeight = 16_000_000;

/**
 * A scroller over a height that may be larger than a browser can lay out. Up to `maxNativeHeight` it is the browser's own; above,
 * the scroll bar is a scale and the wheel moves by real pixels.
 */
export class ScrollArea {
  readonly rows: HTMLElement;
  /** Stands under the last row: prompt and footer. */
  readonly tail: HTMLElement;
  /** Above the first row, and left and right of each (console.css), in CSS pixels. */
  readonly padding = 8;
  readonly sides = 36;
  viewHeight = 0;
  viewWidth = 0;
  tailHeight = 0;
  private readonly spacer: HTMLElement;
  private total = 0;
  private virtualTop = 0;
  private width = 0;
  /** What the page's own scroll position was set to, or told to be. */
  private scrolled = 0;

  private readonly root: HTMLElement;
  private readonly onScrolled: () => void;

  constructor(
    root: HTMLElement,
    onScrolled: () => void,
  ) {
    this.root = root;
    this.onScrolled = onScrolled;
    this.spacer = document.createElement('div');
    this.rows = document.createElement('div');
    this.tail = document.createElement('div');
    this.spacer.className = 'log-spacer';
    this.rows.className = 'log-rows';
    this.tail.className = 'log-tail';
    this.spacer.append(this.rows, this.tail);
    root.append(this.spacer);
    root.addEventListener('scroll', this.onNativeScroll, { passive: true });
    root.addEventListener('wheel', this.onWheel, { passive: false });
  }

  dispose(): void {
    this.root.removeEventListener('scroll', this.onNativeScroll);
    this.root.removeEventListener('wheel', this.onWheel);
    this.spacer.remove();
  }

  /** Reads the sizes again. Asking the page for them while rows are drawn would lay it out each time. */
  measure(): void {
    this.viewHeight = this.root.clientHeight;
    this.viewWidth = this.root.clientWidth;
    this.tailHeight = this.tail.offsetHeight;
  }

  /** The first pixel in sight, counted in the whole height. */
  get top(): number {
    return this.virtualTop;
  }

  private get scale(): number {
    if (this.total <= maxNativeHeight) return 1;
    return (this.total - this.viewHeight) / (maxNativeHeight - this.viewHeight);
  }

  /** Says how high all is, and how wide (0: as wide as the view). It shows with the next `place`. */
  resize(total: number, width: number): void {
    this.total = total;
    this.width = width;
    const most = Math.max(0, total - this.viewHeight);
    if (this.virtualTop > most) this.scrollTo(most, total);
  }

  /** Says what is to be the first pixel in sight. It shows with the next `place`. */
  scrollTo(top: number, total: number): void {
    if (total > this.total) this.total = total;
    this.virtualTop = Math.max(0, Math.min(top, total - this.viewHeight));
  }

  /** Puts all where it belongs. The page is told last where it is scrolled to: it lays out all that has changed to take that in, once. */
  place(firstTop: number, rowsHeight: number): void {
    const scrolled = Math.round(this.virtualTop / this.scale);
    const shift = this.scale === 1 ? 0 : scrolled - this.virtualTop;
    const height = `${Math.min(this.total, maxNativeHeight)}px`;
    const minWidth = this.width > 0 ? `${Math.ceil(this.width)}px` : '';
    const { style } = this.spacer;
    if (style.height !== height) style.height = height;
    if (style.minWidth !== minWidth) style.minWidth = minWidth;
    this.rows.style.transform = `translateY(${firstTop + shift + this.padding}px)`;
    this.tail.style.transform = `translateY(${rowsHeight + shift + this.padding}px)`;
    if (scrolled === this.scrolled) return;
    this.root.scrollTop = scrolled;
    this.scrolled = scrolled;
  }

  private readonly onNativeScroll = (): void => {
    // What we set ourselves comes back as an event: it is no one's wish.
    const { scrollTop } = this.root;
    if (Math.abs(scrollTop - this.scrolled) < 1.5) return;
    this.scrolled = scrollTop;
    this.virtualTop = scrollTop * this.scale;
    this.onScrolled();
  };

  private readonly onWheel = (event: WheelEvent): void => {
    if (this.scale === 1 || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? this.viewHeight : 1;
    this.scrollTo(this.virtualTop + event.deltaY * unit, this.total);
    this.onScrolled();
  };
}
