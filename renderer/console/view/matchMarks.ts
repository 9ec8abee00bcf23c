import type { RowPlace } from '../model/layout.ts';
import type { LogView } from './logView.ts';
import { rangeInRow } from './rowRange.ts';

/** Most marks that are drawn in one sight. */
const mostMarks = 1000;

/** Marks what a search finds in the rows in sight, without touching the rows: by the highlights of CSS. */
export class MatchMarks {
  private pattern: RegExp | null = null;
  private current: RowPlace | null = null;

  private readonly view: LogView;

  constructor(view: LogView) {
    this.view = view;
  }

  /**
   * @param pattern with the flag `g`; null for none
   * @param current the line that is marked as the one looked at
   */
  set(pattern: RegExp | null, current: RowPlace | null): void {
    this.pattern = pattern;
    this.current = current;
    this.view.schedule();
  }

  apply(): void {
    if (!('highlights' in CSS)) return;
    const all = new Highlight();
    const current = new Highlight();
    if (this.pattern !== null) this.collect(this.pattern, all, current);
    CSS.highlights.set('console-match', all);
    current.priority = 1;
    CSS.highlights.set('console-current', current);
  }

  dispose(): void {
    if (!('highlights' in CSS)) return;
    CSS.highlights.delete('console-match');
    CSS.highlights.delete('console-current');
  }

  private collect(pattern: RegExp, all: Highlight, current: Highlight): void {
    let count = 0;
    for (const { element, place, laid } of this.view.drawnRows()) {
      if (laid === null) continue;
      const from = laid.offsets[place.row] ?? 0;
      const to = laid.offsets[place.row + 1] ?? laid.resolved.text.length;
      const isCurrent = this.current !== null && this.current.index === place.index && this.current.line === place.line;
      for (const match of laid.resolved.text.matchAll(pattern)) {
        const start = Math.max(from, match.index);
        const end = Math.min(to, match.index + match[0].length);
        if (count > mostMarks || match.index >= to) break;
        if (start >= end) continue;
        const range = rangeInRow(element, start - from, end - from);
        if (range === null) continue;
        (isCurrent ? current : all).add(range);
        count++;
      }
    }
  }
}
