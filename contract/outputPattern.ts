/** Colours and weights (SGR) and erase-in-line (EL) of ECMA-48: what a console obeys and does not show. Longer ones are text. */
const obeyed = /\u001b\[[\d;:]{0,125}[mK]/g;

/** A text as a person reads it and looks for it: a word that is coloured in part is one word. */
export function withoutStyles(text: string): string {
  return text.includes('\u001b') ? text.replace(obeyed, '') : text;
}

/** What of a line a search looks at: as it is read, and without the return of a line that ends as on Windows, or `$` would stand after it. */
export function searchedText(line: string): string {
  const shown = withoutStyles(line);
  return shown.endsWith('\r') ? shown.slice(0, -1) : shown;
}

/** Escapes that JavaScript knows only where a pattern is of whole characters (`u`); most others are refused there. */
const needsUnicode = /\\(?:[pP]\{|u\{)/;

/**
 * What a person searches for, with the flag `g`; the same in the core, which searches, and in a window, which marks what was found.
 * @throws SyntaxError the regular expression does not compile
 */
export function outputPattern({ query, regex, matchCase }: { query: string; regex: boolean; matchCase: boolean }): RegExp {
  const flags = matchCase ? 'g' : 'gi';
  if (!regex) return new RegExp(query.replace(/[\\^$.*+?()[\]{}|/-]/g, (found) => `\\${found}`), flags);
  return new RegExp(query, needsUnicode.test(query) ? `${flags}u` : flags);
}

/** Where to look on after a match of nothing: a character further, which is two code units in a pattern of whole characters. */
export function afterNothing(pattern: RegExp, text: string, at: number): number {
  return at + (pattern.unicode && (text.codePointAt(at) ?? 0) > 0xff_ff ? 2 : 1);
}
