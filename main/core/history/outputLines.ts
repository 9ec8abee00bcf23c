import { setImmediate } from 'node:timers/promises';
import type { RunId } from '../../../contract/ids.ts';
import type { OutputRecord } from '../../../contract/output.ts';
import { bodyText } from '../../../contract/outputText.ts';
import { outputPages, type Output } from '../output/index.ts';
import type { Comparing } from './compareThread.ts';
import type { Side } from './lineComparison.ts';
import { LineSplitter } from './openLine.ts';

/** Characters that are read at once: some milliseconds. */
const pageLength = 1024 * 1024;

type Pages = Pick<Output, 'read' | 'index'>;

/** A place in an output: after which record, how many lines are done, and whether the next has begun. */
export interface Mark {
  after: number;
  lines: number;
  isOpen: boolean;
}

function textOf(records: readonly OutputRecord[]): string {
  return records.map(({ body }) => bodyText(body)).join('');
}

/**
 * Gives a comparison all of an output, or as much as it takes: the next part is read while the last is taken.
 * @returns places, by which lines are found again
 */
export async function giveLines(output: Pages, runId: RunId, comparing: Comparing, side: Side, signal: AbortSignal | undefined): Promise<Mark[]> {
  const marks: Mark[] = [{ after: 0, lines: 0, isOpen: false }];
  let last: Promise<boolean> = Promise.resolve(false);
  for await (const records of outputPages(output, runId, pageLength, signal)) {
    const after = records.at(-1)?.seq ?? 0;
    const taking = comparing.take(side, textOf(records)).then(({ lines, isOpen, isFull }) => {
      marks.push({ after, lines, isOpen });
      return isFull;
    });
    // It is rejected when the comparison ends, and waited for below.
    taking.catch(() => undefined);
    if (await last) break;
    last = taking;
    await setImmediate();
  }
  await last;
  return marks;
}

/** Lines `start` to before `end`, counted from 0. */
export interface LineRange {
  start: number;
  end: number;
}

/**
 * Reads lines of an output again, without those parts of it in which none are.
 * @param ranges ascending, and none empty
 * @returns the lines of each, at most `mostCharacters` of a line
 */
export async function readLines(output: Pages, runId: RunId, marks: readonly Mark[], ranges: readonly LineRange[], mostCharacters: number, signal: AbortSignal | undefined): Promise<string[][]> {
  const found: string[][] = ranges.map(() => []);
  for (let next = 0; next < ranges.length; ) {
    const start = markBefore(marks, ranges[next]?.start ?? 0);
    const splitter = new LineSplitter();
    const keep = (line: string, number: number): boolean => {
      const range = ranges[next];
      if (range === undefined) return false;
      if (number >= range.start) found[next]?.push(line.slice(0, mostCharacters));
      if (number + 1 >= range.end) next++;
      return true;
    };
    let isAway = false;
    for await (const records of outputPages(output, runId, pageLength, signal, { start: start.after })) {
      splitter.take(textOf(records), (line) => keep(line, start.lines + splitter.lines - 1));
      await setImmediate();
      const wanted = ranges[next];
      // The next is further away than what is read next.
      isAway = wanted === undefined || markBefore(marks, wanted.start).after > (records.at(-1)?.seq ?? 0);
      if (isAway) break;
    }
    if (isAway) continue;
    const rest = splitter.end();
    if (rest !== '') keep(rest, start.lines + splitter.lines);
    break;
  }
  return found;
}

/** The last place from which on a line is read whole. */
function markBefore(marks: readonly Mark[], line: number): Mark {
  let low = 0;
  let high = marks.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const { lines = 0, isOpen = false } = marks[middle] ?? {};
    if (lines < line || (lines === line && !isOpen)) low = middle;
    else high = middle;
  }
  return marks[low] ?? { after: 0, lines: 0, isOpen: false };
}
