import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { codingCookie, decodeText, encodeText, firstInvalidByte } from './text.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('firstInvalidByte', () => {
  it.each([
    ['nothing', bytes(), -1],
    ['a lone continuation byte', bytes(0x61, 0x80, 0x61), 1],
    ['a cut character at the end', bytes(0x61, 0xe2, 0x82), 1],
    ['an overlong form', bytes(0xc0, 0xaf), 0],
    ['a surrogate', bytes(0x61, 0x61, 0xed, 0xa0, 0x80), 2],
    ['UTF-16', bytes(0xff, 0xfe, 0x61, 0x00), 0],
  ])('of %s', (_, input, expected) => {
    expect(firstInvalidByte(input)).toBe(expected);
  });

  it('is found wherever it is, among characters of every length', () => {
    const text = new TextEncoder().encode('aé€\u{1F600}'.repeat(50));
    for (let at = 0; at < text.length; at++) {
      const broken = Uint8Array.from(text);
      broken[at] = 0xff;
      let expected = 0;
      // The slow way: the first character that is not whole.
      while (isUtf8(broken.subarray(0, expected + 1)) || isUtf8(broken.subarray(0, expected + 2)) || isUtf8(broken.subarray(0, expected + 3)) || isUtf8(broken.subarray(0, expected + 4))) expected++;
      while (expected > 0 && !isUtf8(broken.subarray(0, expected))) expected--;
      expect(firstInvalidByte(broken)).toBe(expected);
    }
  });
});

describe('a coding cookie', () => {
  it.each([
    ['# -*- coding: latin-1 -*-\n', 'latin-1'],
    ['#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n', 'utf-8'],
    ['x = 1\n# coding: latin-1\n', null],
    ['\n\n# coding: latin-1\n', null],
    ['print("coding: latin-1")\n', null],
  ])('in %j is %s', (text, expected) => {
    expect(codingCookie(text)).toBe(expected);
  });

  it('other than UTF-8 is refused in Python files, and only there', () => {
    const latin = new TextEncoder().encode('# coding: latin-1\n');
    expect(() => decodeText(latin, '/a.py')).toThrow(/latin-1/);
    expect(decodeText(latin, '/a.txt').text).toBe('# coding: latin-1\n');
    expect(decodeText(new TextEncoder().encode('# coding: UTF_8\n'), '/a.py').text).toBe('# coding: UTF_8\n');
  });
});

describe('texts', () => {
  it.each([
    ['a\r\nb\r\nc', 'a\nb\nc', 'crlf'],
    ['a\nb\nc\r\n', 'a\nb\nc\n', 'lf'],
    ['\uFEFFx', 'x', 'lf'],
    ['', '', 'lf'],
    ['a\rb', 'a\rb', 'lf'],
  ])('%j is read as %j with %s', (raw, text, lineEnding) => {
    expect(decodeText(new TextEncoder().encode(raw), '/a.py')).toEqual({ text, lineEnding });
  });

  it('are written with one kind of line ends', () => {
    expect(new TextDecoder().decode(encodeText('a\nb\r\nc', 'crlf'))).toBe('a\r\nb\r\nc');
    expect(new TextDecoder().decode(encodeText('a\nb\r\nc', 'lf'))).toBe('a\nb\nc');
  });
});
