/** Width of tab stops, in columns. */
export const tabWidth = 8;

const zeroWidth = /^[\p{Mn}\p{Me}\u200b-\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u;
const emoji = /^\p{Emoji_Presentation}$/u;

/**
 * Columns that a character takes in a terminal: 0 for a combining mark, 2 for East Asian wide ones (Unicode UAX 11) and
 * emoji, else 1.
 *
 * @param character one code point
 */
export function charWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (zeroWidth.test(character)) return 0;
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xa960 && code <= 0xa97c) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd) ||
    emoji.test(character);
  return isWide ? 2 : 1;
}

/**
 * Where the drawn rows of a line start when it is broken at `columns`: offsets into its text, the first is 0.
 *
 * @param oneColumn every character is one column wide
 */
export function rowOffsets(text: string, oneColumn: boolean, columns: number): number[] {
  const offsets = [0];
  if (oneColumn) {
    for (let at = columns; at < text.length; at += columns) offsets.push(at);
    return offsets;
  }
  let column = 0;
  let at = 0;
  for (const character of text) {
    const width = character === '\t' ? tabWidth - (column % tabWidth) : charWidth(character);
    if (column + width > columns && column > 0) {
      offsets.push(at);
      column = character === '\t' ? tabWidth : width;
    } else column += width;
    at += character.length;
  }
  return offsets;
}

/** Columns of a whole line that is not broken. */
export function lineWidth(text: string, oneColumn: boolean): number {
  if (oneColumn) return text.length;
  let column = 0;
  for (const character of text) column += character === '\t' ? tabWidth - (column % tabWidth) : charWidth(character);
  return column;
}
