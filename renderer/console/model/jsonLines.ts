import type { TextBlock } from './blocks.ts';
import { rowOffsets } from './charWidth.ts';
import type { ResolvedLine, StyleRun } from './lineText.ts';
import { prettyJson, type JsonPrettyRow, type JsonTokenKind } from './prettyJson.ts';
import { plainState, type SgrState } from './sgr.ts';

/** What can be folded in a drawn row: 0 is the whole line. */
export interface Fold {
  id: number;
  /** The key of the container, as it is written; empty for the line itself and for members of lists. */
  name: string;
  isFolded: boolean;
}

/** A line of JSON that is drawn over several rows. */
export interface PrettyLine {
  /** Its rows, with line feeds between them. */
  resolved: ResolvedLine;
  /** Where each row begins in that text. */
  starts: readonly number[];
  folds: ReadonlyMap<number, Fold>;
}

/** Colours out of the console's own sixteen, so that every theme can be read. */
const styles: Record<JsonTokenKind, SgrState> = {
  key: { ...plainState, foreground: 4 },
  string: { ...plainState, foreground: 2 },
  number: { ...plainState, foreground: 6 },
  word: { ...plainState, foreground: 5 },
  mark: plainState,
  note: plainState,
};

const ascii = /^[\x20-\x7e\n]*$/;

function prettyLine(rows: readonly JsonPrettyRow[], stream: StyleRun['stream']): PrettyLine {
  const runs: StyleRun[] = [];
  const starts: number[] = [];
  const folds = new Map<number, Fold>();
  let text = '';
  function add(part: string, kind: JsonTokenKind): void {
    if (part !== '') runs.push({ start: text.length, end: text.length + part.length, stream, style: styles[kind], control: kind === 'note' });
    text += part;
  }
  for (const { depth, tokens, fold } of rows) {
    if (starts.length > 0) text += '\n';
    starts.push(text.length);
    if (fold !== null) folds.set(text.length, fold);
    add('  '.repeat(depth), 'mark');
    for (const token of tokens) add(token.text, token.kind);
  }
  return { resolved: { text, runs, oneColumn: ascii.test(text) }, starts, folds };
}

/** Where the drawn rows of a pretty-printed line begin, when rows are broken at `columns`. */
export function prettyOffsets({ resolved: { text, oneColumn }, starts }: PrettyLine, columns: number): number[] {
  if (columns === Infinity) return [...starts];
  return starts.flatMap((start, i) => {
    const end = (starts[i + 1] ?? text.length + 1) - 1;
    return rowOffsets(text.slice(start, end), oneColumn, columns).map((offset) => start + offset);
  });
}

interface OpenLine {
  folded: ReadonlySet<number>;
  /** What was made of it last, and of which text. */
  made: { text: string; pretty: PrettyLine | null } | null;
}

/** Which lines of a log are drawn as pretty-printed JSON, and what is folded in them. */
export class JsonLines {
  private readonly lines = new Map<string, OpenLine>();
  private readonly counts = new Map<number, number>();

  isOpen(block: TextBlock, line: number): boolean {
    return this.lines.has(keyOf(block, line));
  }

  /** Whether any line that begins in a block is open. */
  isAnyOpen({ firstSeq }: TextBlock): boolean {
    return this.counts.has(firstSeq);
  }

  /** Opens or folds a line (0), or a container in an open one. */
  toggle(block: TextBlock, line: number, id: number): void {
    const key = keyOf(block, line);
    const open = this.lines.get(key);
    if (open !== undefined && id !== 0) {
      const folded = new Set(open.folded);
      if (!folded.delete(id)) folded.add(id);
      this.lines.set(key, { folded, made: null });
      return;
    }
    const count = (this.counts.get(block.firstSeq) ?? 0) + (open === undefined ? 1 : -1);
    if (count === 0) this.counts.delete(block.firstSeq);
    else this.counts.set(block.firstSeq, count);
    if (open === undefined) this.lines.set(key, { folded: new Set(), made: null });
    else this.lines.delete(key);
  }

  /** An open line as it is drawn; null when it is not open, or no JSON. */
  pretty(block: TextBlock, line: number, { text, runs }: ResolvedLine): PrettyLine | null {
    const open = this.lines.get(keyOf(block, line));
    if (open === undefined) return null;
    if (open.made?.text !== text) {
      const rows = prettyJson(text, open.folded);
      open.made = { text, pretty: rows === null ? null : prettyLine(rows, runs[0]?.stream ?? 'stdout') };
    }
    return open.made.pretty;
  }
}

function keyOf({ firstSeq }: TextBlock, line: number): string {
  return `${firstSeq}:${line}`;
}
