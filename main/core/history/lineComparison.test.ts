import { array, assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareHere, compareThere } from './compareThread.ts';
import { LineComparison } from './lineComparison.ts';
import { LineIds } from './lineIds.ts';

const limits = { mostLines: 1_000_000, mostCharacters: 1_000_000_000, mostDifferences: 1000 };

describe('numbers of lines', () => {
  it('are the same for the same line alone, however many there are', () => {
    const ids = new LineIds();
    const lines = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? `line ${i}` : `${i}\u4e2d${'x'.repeat(i % 300)}`));
    const first = lines.map((line) => ids.id(line));
    expect(new Set(first).size).toBe(lines.length);
    expect(ids.count).toBe(lines.length);
    expect(lines.map((line) => ids.id(line))).toEqual(first);
    expect(['', '\u0000', '\u0000\u0000'].map((line) => ids.id(line))).toEqual([20_000, 20_001, 20_002]);
  });
});

describe('a comparison of lines', () => {
  it('is the same however the text comes', () => {
    const text = array(constantFrom('a\n', 'b\n', 'c', '50%\r', '\n', 'long line\n'), { maxLength: 30 }).map((parts) => parts.join(''));
    assert(
      property(text, text, integer({ min: 1, max: 7 }), (left, right, step) => {
        const [whole, parted] = [new LineComparison(limits), new LineComparison(limits)];
        whole.take('left', left);
        whole.take('right', right);
        for (let at = 0; at < left.length; at += step) parted.take('left', left.slice(at, at + step));
        for (let at = 0; at < right.length; at += step) parted.take('right', right.slice(at, at + step));
        const result = whole.compare();
        expect(parted.compare()).toEqual(result);
        expect(result.leftLines).toBe(left.split('\n').length - (left.endsWith('\n') || /(^|\n)\r*$/.test(left) ? 1 : 0));
      }),
    );
  });

  it('looks at lines as they are read: a colour is no difference', () => {
    const comparison = new LineComparison(limits);
    comparison.take('left', 'one\n\u001b[31mtwo\u001b[0m\n');
    comparison.take('right', '\u001b[1mone\u001b[0m\ntw\u001b[32mo\u001b[K\n');
    expect(comparison.compare()).toMatchObject({ count: 0, leftLines: 2, rightLines: 2 });
  });

  it('ends with as many lines and characters as are compared', () => {
    const few = new LineComparison({ ...limits, mostLines: 3 });
    expect(few.take('left', '1\n2\n3\n4\n5')).toEqual({ lines: 3, isOpen: false, isFull: true });
    expect(few.take('left', 'more\n')).toEqual({ lines: 3, isOpen: false, isFull: true });
    expect(few.take('right', '1\n2\n')).toEqual({ lines: 2, isOpen: false, isFull: false });
    expect(few.compare()).toEqual({ leftLines: 3, rightLines: 2, truncated: true, count: 1, differences: [{ leftStart: 2, leftEnd: 3, rightStart: 2, rightEnd: 2 }] });
    const short = new LineComparison({ ...limits, mostCharacters: 10 });
    expect(short.take('right', 'four\nfour\nfour\nfour\n')).toMatchObject({ lines: 3, isFull: true });
  });

  it('is done in another thread as in this one, and can be ended', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i}`);
    const texts = { left: lines.join('\n'), right: lines.filter((_, i) => i % 50 !== 7).join('\n') };
    const results = [];
    for (const comparing of [compareHere(limits), compareThere(limits)]) {
      const taken = [comparing.take('left', texts.left), comparing.take('right', texts.right)];
      expect(await Promise.all(taken)).toEqual([{ lines: 2999, isOpen: true, isFull: false }, { lines: 2939, isOpen: true, isFull: false }]);
      results.push(await comparing.compare());
      comparing.dispose();
    }
    expect(results[0]).toMatchObject({ leftLines: 3000, rightLines: 2940, count: 60 });
    expect(results[1]).toEqual(results[0]);

    const ended = compareThere(limits);
    const waiting = ended.take('left', texts.left);
    ended.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(ended.compare()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
