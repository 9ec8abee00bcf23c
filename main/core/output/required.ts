import type { SearchRequest } from './scan.ts';

/** A text that occurs in everything a pattern matches. */
export interface Required {
  literal: string;
  matchCase: boolean;
}

/** A repetition, with what makes it lazy. */
const repetition = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;
/** Escapes of a class of characters or of a place: no text, but nothing longer than two characters either. */
const wideEscape = /[bBdDsSwWnrtfv]/;
const plainEscape = /[^0-9A-Za-z]/;

/** Where a group or a class that begins at `at` ends, its closing character counted; -1 if that is not plain to see. */
function endOf(source: string, at: number): number {
  let depth = 0;
  let isClass = false;
  for (let i = at; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (isClass) isClass = char !== ']';
    else if (char === '[') isClass = true;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    if (depth === 0 && !isClass) return i + 1;
  }
  return -1;
}

/**
 * The longest text that stands in a regular expression so plainly that nothing matches without it: outside of groups, classes and
 * alternatives, and not repeated. Empty if there is none, or what is there is not understood.
 */
export function requiredText(source: string): string {
  let longest = '';
  let run = '';
  const close = (): void => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  for (let at = 0; at < source.length; ) {
    let char = source[at] ?? '';
    let isText = false;
    if (char === '|') return '';
    if (char === '(' || char === '[') {
      at = endOf(source, at);
      if (at === -1) return '';
    } else if (char === '\\') {
      char = source[at + 1] ?? '';
      isText = plainEscape.test(char);
      if (!isText && !wideEscape.test(char)) return '';
      at += 2;
    } else if (/[*+?{})\]]/.test(char)) return '';
    else {
      isText = !/[.^$]/.test(char);
      at++;
    }
    const repeated = repetition.exec(source.slice(at, at + 20))?.[0];
    if (!isText) close();
    else if (repeated === undefined) run += char;
    else {
      // At least once, and then whatever follows.
      if (repeated.startsWith('+')) run += char;
      close();
    }
    if (repeated !== undefined) at += repeated.length;
  }
  close();
  return longest;
}

/** What is certain to occur where a search finds something. */
export function requiredOf({ query, regex, matchCase }: SearchRequest): Required {
  return { literal: regex ? requiredText(query) : query, matchCase };
}
