import { describe, expect, it } from 'vitest';
import type { OutputBody, OutputRecord, TextStream } from '../../../contract/index.ts';
import type { TextBlock } from './blocks.ts';
import { ConsoleLog } from './consoleLog.ts';
import { Layout } from './layout.ts';
import { lineCap, rawLine } from './logLines.ts';
import type { Stretch } from './outline.ts';
import { plainTextOf } from './plainText.ts';

function record(seq: number, body: OutputBody): OutputRecord {
  return { seq, timeMs: 0, body };
}

function text(seq: number, value: string, stream: TextStream = 'stdout'): OutputRecord {
  return record(seq, { kind: 'text', stream, text: value });
}

function textBlock(log: ConsoleLog, index: number): TextBlock {
  const block = log.blocks[index];
  if (block?.kind !== 'text') throw new Error(`Block ${index} holds no text.`);
  return block;
}

/** All lines as they are drawn. */
function lines(log: ConsoleLog): string[] {
  return plainTextOf(new Layout(log), { index: 0, line: 0, offset: 0 }, { index: log.blocks.length - 1, line: Infinity, offset: Infinity }).split('\n');
}

describe('ConsoleLog', () => {
  it('takes each record once, in order, from whoever brings it', () => {
    const log = new ConsoleLog();
    log.accept([text(1, 'a\n'), text(2, 'b\n')]);
    log.accept([text(1, 'a\n'), text(2, 'b\n'), text(3, 'c\n')]);
    log.accept([text(5, 'gap\n')]);
    expect(lines(log)).toEqual(['a', 'b', 'c']);
    expect(log.lastSeq).toBe(3);
  });

  it('finds the same lines wherever the text is cut into records', () => {
    const whole = 'one\n\ntwo \x1b[31mred\nstill red\x1b[0m\nthree\r\nprogress 1\rprogress 2\nlast';
    const expected = ['one', '', 'two red', 'still red', 'three', 'progress 2', 'last'];
    for (let size = 1; size <= whole.length; size++) {
      const log = new ConsoleLog();
      const records = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) => text(index + 1, whole.slice(index * size, (index + 1) * size)));
      log.accept(records);
      expect(lines(log), `pieces of ${size}`).toEqual(expected);
    }
  });

  it('finds lines that lie across blocks', () => {
    const log = new ConsoleLog();
    const long = 'x'.repeat(40_000);
    log.accept([text(1, `a\n${long}`), text(2, long), text(3, `${long}\nb\n`), text(4, 'c')]);
    expect(log.blocks.length).toBeGreaterThan(1);
    expect(lines(log).map((line) => line.length)).toEqual([1, 120_000, 1, 1]);
  });

  it('gives an item a place of its own, and begins a new line after it', () => {
    const log = new ConsoleLog();
    log.accept([text(1, 'open'), record(2, { kind: 'note', text: 'between' }), text(3, 'next\n')]);
    expect(lines(log)).toEqual(['open', '[between]', 'next']);
    expect(log.blocks.map((block) => block.kind)).toEqual(['text', 'item', 'text']);
  });

  it('redraws a display in place', () => {
    const log = new ConsoleLog();
    const display = (seq: number, value: string, update: boolean): OutputRecord =>
      record(seq, { kind: 'display', bundle: { 'text/plain': value }, displayId: 'd', update });
    log.accept([display(1, 'one', false), text(2, 'after\n'), display(3, 'two', true), text(4, 'end\n')]);
    expect(lines(log)).toEqual(['two', 'after', 'end']);
    expect(log.findSeq(3)).toBe(1);
  });

  it('counts line feeds as the core does, over text and tracebacks', () => {
    const log = new ConsoleLog();
    log.accept([text(1, 'a\nb\n'), record(2, { kind: 'error', name: 'E', message: '', traceback: 'x\ny\n', frames: [] }), text(3, 'c\n')]);
    expect(log.blocks.map((block) => block.lineFeedsBefore)).toEqual([0, 2, 4]);
  });

  it('puts old text away once it is safe on disk, and takes it back', () => {
    const log = new ConsoleLog({ residentLength: 100_000 });
    const page = 'line of text\n'.repeat(5000);
    const records = Array.from({ length: 6 }, (_, index) => text(index + 1, page));
    log.accept(records.slice(0, 3));
    expect(textBlock(log, 0).text).not.toBeNull();
    log.markSafe(6);
    log.accept(records.slice(3));
    const first = textBlock(log, 0);
    expect(first.text).toBeNull();
    expect(rawLine(log, first, 0, lineCap)).toEqual({ missing: first });
    log.restore(first, records);
    expect(first.text).toBe(page);
    expect(rawLine(log, first, 4999, lineCap)).toMatchObject({ pieces: [{ stream: 'stdout', text: 'line of text' }] });
  });

  it('empties, and shows what comes after', () => {
    const log = new ConsoleLog();
    log.accept([text(1, 'old\n')]);
    log.clear();
    log.accept([text(2, 'new\n')]);
    expect(lines(log)).toEqual(['new']);
    expect(textBlock(log, 0).lineFeedsBefore).toBe(1);
  });
});

describe('Layout', () => {
  function layoutOf(records: OutputRecord[], columns: number): Layout {
    const log = new ConsoleLog();
    log.accept(records);
    const layout = new Layout(log);
    layout.setMetrics(columns, 10);
    layout.update();
    return layout;
  }

  it('is as high as its rows, broken at the columns', () => {
    expect(layoutOf([text(1, 'abcdef\nx\n')], 4).height).toBe(30);
    expect(layoutOf([text(1, 'abcdef\nx\n')], Infinity).height).toBe(20);
    expect(layoutOf([text(1, '\x1b[31mabcd\x1b[0m\n')], 4).height).toBe(10);
  });

  it('finds the place at a height, and the height of a place', () => {
    const layout = layoutOf([text(1, `${'abcdefgh\n'.repeat(3)}z\n`)], 4);
    for (let y = 0; y < layout.height; y += 10) expect(layout.topOf(layout.placeAt(y))).toBe(y);
    expect(layout.placeAt(30)).toEqual({ index: 0, line: 1, row: 1 });
  });

  it('grows with an open line, as with text that comes in pieces', () => {
    const log = new ConsoleLog();
    const layout = new Layout(log);
    layout.setMetrics(4, 10);
    let raw = '';
    for (let seq = 1; seq <= 40; seq++) {
      const piece = seq % 7 === 0 ? 'é\n' : 'ab';
      raw += piece;
      log.accept([text(seq, piece)]);
      layout.update();
      expect(layout.height, raw).toBe(layoutOf([text(1, raw)], 4).height);
    }
  });

  it('grows with an open line that goes on in later blocks', () => {
    const log = new ConsoleLog();
    const layout = new Layout(log);
    layout.setMetrics(100, 10);
    for (let seq = 1; seq <= 4; seq++) {
      log.accept([text(seq, 'x'.repeat(seq === 1 ? 65_536 - 50 : 50))]);
      layout.update();
    }
    log.accept([text(5, `${'y'.repeat(65_000)}\nnext\n`)]);
    layout.update();
    const fresh = new Layout(log);
    log.changedFrom = 0;
    for (const block of log.blocks) if (block.kind === 'text') block.rowsStale = true;
    fresh.setMetrics(100, 10);
    fresh.update();
    expect(layout.height).toBe(fresh.height);
    expect(layout.height).toBe((lineCap / 100 + 1 + 1) * 10);
  });

  it('counts a short open line anew when a later block ends it', () => {
    const log = new ConsoleLog();
    const layout = new Layout(log);
    layout.setMetrics(10, 10);
    log.accept([text(1, `${'a\n'.repeat(32_767)}ab`)]);
    layout.update();
    expect(layout.height).toBe(32_768 * 10);
    log.accept([text(2, 'cdefghijklmno\n')]);
    layout.update();
    expect(log.blocks).toHaveLength(2);
    expect(layout.height).toBe(32_769 * 10);
  });

  it('shows the end of a line that was redrawn very often', () => {
    const log = new ConsoleLog();
    const raw = Array.from({ length: 5000 }, (_, index) => `\rprogress ${index}`).join('');
    for (let at = 0; at < raw.length; at += 997) log.accept([text(log.lastSeq + 1, raw.slice(at, at + 997))]);
    const layout = new Layout(log);
    layout.setMetrics(100, 10);
    expect(layout.lay(textBlock(log, 0), 0)).toMatchObject({ resolved: { text: 'progress 4999' }, hidden: 0 });
  });

  it('draws no more than a cap of an endless line, and more when it is asked', () => {
    const log = new ConsoleLog();
    const chunk = 'y'.repeat(200_000);
    log.accept(Array.from({ length: 100 }, (_, index) => text(index + 1, chunk)));
    const layout = new Layout(log);
    layout.setMetrics(100, 10);
    layout.update();
    expect(layout.height).toBe((lineCap / 100 + 1) * 10);
    layout.showMore(textBlock(log, 0), 0);
    layout.update();
    expect(layout.height).toBe(((lineCap * 4) / 100 + 1) * 10);
  });
});

describe('an outline', () => {
  const texts = ['one\ntwo\n', 'three\nfo', 'ur\nfive', ' is long\n', 'six\n'];
  const chunk = (index: number): Stretch => {
    const content = texts[index] ?? '';
    return {
      firstSeq: index + 1, lastSeq: index + 1, length: content.length, lineFeeds: content.split('\n').length - 1, 
      lastMs: index * 10, closed: content.endsWith('\n'), isText: true,
    };
  };

  it('knows its lines before it has their text, and the same lines when it has it', () => {
    const read = new ConsoleLog();
    for (const [index, content] of texts.entries()) {
      read.accept([{ seq: index + 1, timeMs: index * 10, body: { kind: 'text', stream: 'stdout', text: content } }]);
      const outlined = new ConsoleLog();
      for (let i = 0; i <= index; i++) outlined.acceptOutline(chunk(i));
      const lineCount = (log: ConsoleLog): number => log.blocks.reduce((sum, block) => sum + (block.kind === 'text' ? block.lineCount : 0), 0);
      expect(lineCount(outlined)).toBe(lineCount(read));
      expect(outlined.isOpen).toBe(read.isOpen);
      const [block] = outlined.blocks;
      if (block?.kind !== 'text') throw new Error('no block');
      expect(new Layout(outlined).shownText(block, 0, 100)).toBeNull();
      outlined.restore(block, texts.map((one, i) => ({ seq: i + 1, timeMs: i * 10, body: { kind: 'text', stream: 'stdout', text: one } })));
      const [whole] = read.blocks;
      expect({ ...block, lineRows: null, segments: [] }).toMatchObject({ ...whole, rows: block.rows, rowsColumns: block.rowsColumns, lineRows: null, segments: [] });
    }
  });

  it('goes on with records, and begins no block within the next stretch', () => {
    const log = new ConsoleLog();
    log.acceptOutline(chunk(0));
    log.acceptOutline(chunk(2));
    expect(log.lastSeq).toBe(1);
    log.acceptOutline(chunk(1));
    log.accept([{ seq: 3, timeMs: 1, body: { kind: 'text', stream: 'stdout', text: 'ur\n' } }]);
    expect(log.blocks.map((block) => (block.kind === 'text' ? block.lineCount : 0))).toEqual([4, 0]);
  });

  it('is put before an end that was there first, with the same lines and places', () => {
    for (let first = 1; first < texts.length; first++) {
      const log = new ConsoleLog();
      log.startAfter(first);
      log.accept(texts.slice(first).map((content, i) => text(first + 1 + i, content)));
      const layout = new Layout(log);
      layout.update();
      const before = log.blocks.length;
      const head = new ConsoleLog();
      for (let i = 0; i < first; i++) head.acceptOutline(chunk(i));
      const place = layout.placeAt(0);
      log.prepend(head);
      expect(layout.placeAt(0)).toEqual({ ...place, index: place.index + head.blocks.length });
      expect([log.prepended, log.blocks.length]).toEqual([head.blocks.length, before + head.blocks.length]);
      log.accept([text(texts.length + 1, 'seven\n')]);
      for (const block of log.blocks) if (block.kind === 'text' && block.text === null) log.restore(block, texts.map((content, i) => text(i + 1, content)));
      expect(lines(log), `end from record ${first + 1}`).toEqual(['one', 'two', 'three', 'four', 'five is long', 'six', 'seven']);
      expect(log.blocks.at(-1)?.lineFeedsBefore).toBe(texts.slice(0, first).join('').split('\n').length - 1);
    }
  });

  it('is counted, but not shown, when the view was cleared before it came', () => {
    const log = new ConsoleLog();
    log.startAfter(2);
    log.accept([text(3, 'ur\nfive')]);
    log.clear();
    const head = new ConsoleLog();
    head.acceptOutline(chunk(0));
    head.acceptOutline(chunk(1));
    log.prepend(head);
    expect(log.blocks).toEqual([]);
    log.accept([text(4, ' is long\n')]);
    expect(log.blocks[0]?.lineFeedsBefore).toBe(4);
  });
});
