import { describe, expect, it } from 'vitest';
import type { OutputRecord } from '../../../contract/index.ts';
import { ConsoleLog } from './consoleLog.ts';
import { Layout } from './layout.ts';

const rowHeight = 20;

function laidOut(): { log: ConsoleLog; layout: Layout; print(count: number, line: string): void } {
  const log = new ConsoleLog();
  const layout = new Layout(log);
  layout.setMetrics(10, rowHeight);
  return {
    log,
    layout,
    print(count, line) {
      const records = Array.from({ length: count }, (_, i): OutputRecord => ({ seq: log.lastSeq + 1 + i, timeMs: 0, body: { kind: 'text', stream: 'stdout', text: `${line}\n` } }));
      log.accept(records);
    },
  };
}

describe('the place at a height, while lines come that are not laid out yet', () => {
  it.each([
    ['lines of ASCII', 'plain', 1],
    ['lines of other characters', 'caf\u00e9 \u2026', 1],
    ['lines that are broken into three rows', 'x'.repeat(25), 3],
  ])('is the same row as before: %s', (_name, line, rows) => {
    for (const before of [1, 7, 40]) {
      for (const after of [1, 39, 5000]) {
        const { layout, print } = laidOut();
        print(before, line);
        layout.update();
        print(after, line);
        for (let wanted = 0; wanted < before * rows; wanted++) {
          const place = layout.placeAt(wanted * rowHeight + 3);
          expect(place).toEqual({ index: 0, line: Math.floor(wanted / rows), row: wanted % rows });
          expect(layout.laidTop(place)).toBe(wanted * rowHeight);
        }
        expect(layout.placeAt(1e9)).toMatchObject({ line: before - 1 });
        const last = layout.placeAt((before * rows - 1) * rowHeight);
        layout.update();
        expect(layout.topOf(last)).toBe((before * rows - 1) * rowHeight);
        expect(layout.height).toBe((before + after) * rows * rowHeight);
      }
    }
  });
});
