import { assert, boolean, constantFrom, array, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketCount, bucketsOf, openTail, signatureOf, windowUnits } from './grams.ts';

function has(signature: Uint8Array, bucket: number): boolean {
  return (((signature[bucket >> 3] ?? 0) >> (bucket & 7)) & 1) === 1;
}

/** What cases, other alphabets and halves of pairs can make of a text; K and ſ are the Kelvin sign and the long s, which Unicode folds into ASCII. */
const unit = constantFrom('a', 'A', 's', 'S', 'k', 'K', '\u212a', '\u017f', 'é', 'É', 'ÿ', 'Ÿ', 'µ', 'μ', 'Μ', 'ß', 'ı', 'İ', '中', '🎉', '\ud83d', '\udf89', '@', '`', '[', '{', '0', ' ', '\t', '\n', '\u0000');
const word = array(unit, { maxLength: 12 }).map((units) => units.join(''));

describe('grams', () => {
  it('of what is found in a text are all in its signature, with and without case', () => {
    assert(
      property(tuple(word, word, word), word, boolean(), ([before, within, after], other, matchCase) => {
        const text = before + within + after;
        const signature = signatureOf(text);
        for (const literal of [within, other, within.toUpperCase(), within.toLowerCase(), within.slice(1, -1)]) {
          const pattern = new RegExp(literal.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), matchCase ? 'g' : 'gi');
          if (!pattern.test(text)) continue;
          expect(bucketsOf(literal, matchCase).filter((bucket) => !has(signature, bucket))).toEqual([]);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('are all of a text, however long and whatever else has been looked at', () => {
    const long = Array.from({ length: 300_001 }, (_, i) => String.fromCharCode(97 + ((i * i * 7) % 26))).join('');
    for (const text of [long, '中'.repeat(9) + long.slice(0, 4999), 'abcdefgh', 'abcdefg', 'abcdef', 'abcde', 'abcd', 'abc']) {
      const signature = signatureOf(text);
      for (let at = 0; at + 3 <= text.length; at += text.length > 100 ? 97 : 1) {
        for (const bucket of bucketsOf(text.slice(at, at + 9), true)) expect(has(signature, bucket)).toBe(true);
      }
      for (const bucket of bucketsOf(text.slice(-6), true)) expect(has(signature, bucket)).toBe(true);
    }
    expect(signatureOf('ab').every((byte) => byte === 0)).toBe(true);
  });

  it('tell most texts apart', () => {
    const signature = signatureOf('a line like many others');
    const buckets = Array.from({ length: bucketCount }, (_, bucket) => bucket).filter((bucket) => has(signature, bucket));
    expect(buckets.length).toBeGreaterThan(35);
    expect(bucketsOf('other lines', true).every((bucket) => has(signature, bucket))).toBe(false);
  });

  it('are not asked for where they cannot tell', () => {
    expect(bucketsOf('ab', true)).toEqual([]);
    expect(bucketsOf('abé中cd', false)).toEqual([]);
    expect(bucketsOf('é中b', true)).toHaveLength(1);
    expect(bucketsOf('x'.repeat(1000), true)).toHaveLength(2);
  });
});

describe('openTail', () => {
  it('is the end of the line that goes on', () => {
    expect(openTail('a\nbc')).toBe('bc');
    expect(openTail('a\nbc\n')).toBe('');
    expect(openTail('abc')).toBe('abc');
    expect(openTail('y'.repeat(1000))).toHaveLength(windowUnits);
  });
});
