/** What precedes the text of a line of the runner's log (resources/runner/PROTOCOL.md): `SEQ KIND SPACE` or `SEQ KIND @ MS SPACE`. */
export interface LineHead {
  seq: number;
  kind: string;
  /** The pod's clock, milliseconds since 1970; 0 where the line does not tell it. */
  ms: number;
  textAt: number;
}

const [space, at, mostDigits] = [32, 64, 15];

/** The head of a line; null if it has none, so comes from outside of the runner. Without a regular expression: this is done for each line of a flood. */
export function headOf(line: string): LineHead | null {
  const seqEnd = digitsEnd(line, 0);
  const kind = line.charCodeAt(seqEnd) | 32;
  if (seqEnd === 0 || kind < 97 || kind > 122) return null;
  const seq = numberIn(line, 0, seqEnd);
  if (seq === 0) return null;
  const next = line.charCodeAt(seqEnd + 1);
  if (next === space) return { seq, kind: line.charAt(seqEnd), ms: 0, textAt: seqEnd + 2 };
  const end = next === at ? digitsEnd(line, seqEnd + 2) : 0;
  if (end <= seqEnd + 2 || line.charCodeAt(end) !== space) return null;
  return { seq, kind: line.charAt(seqEnd), ms: numberIn(line, seqEnd + 2, end), textAt: end + 1 };
}

function digitsEnd(line: string, from: number): number {
  let end = from;
  while (end < from + mostDigits && line.charCodeAt(end) >= 48 && line.charCodeAt(end) <= 57) end++;
  return end;
}

function numberIn(line: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) value = value * 10 + line.charCodeAt(index) - 48;
  return value;
}

/** The time that a line tells, milliseconds since 1970; null if it tells none. Runners before this one wrote it as a line of its own, `t`. */
export function timeOf({ ms, kind, textAt }: LineHead, line: string): number | null {
  const told = kind === 't' && ms === 0 ? Number.parseInt(line.slice(textAt), 10) : ms;
  return Number.isSafeInteger(told) && told > 0 ? told : null;
}

/** The number of a line that has one. */
export function seqOf(line: string): number {
  return headOf(line)?.seq ?? 0;
}

/** The first time that the lines from `from` on tell, milliseconds since 1970; null if none does. */
export function timeIn(lines: readonly string[], from: number): number | null {
  for (let index = from; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const head = headOf(line);
    const ms = head === null ? null : timeOf(head, line);
    if (ms !== null) return ms;
  }
  return null;
}
