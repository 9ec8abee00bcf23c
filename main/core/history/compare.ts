import { maxComparedLines, type Comparison } from '../../../contract/history.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { RunInputs } from '../../../contract/inputs.ts';
import type { Inputs } from '../inputs/index.ts';
import type { Output } from '../output/index.ts';
import type { Runs } from '../runs/index.ts';
import { factsOf } from './facts.ts';
import { compareHere, compareThere } from './compareThread.ts';
import type { Difference } from './lineDiff.ts';
import { giveLines, readLines, type LineRange } from './outputLines.ts';

/** Outputs that have fewer characters together are compared in this thread: to start another takes longer. */
const worthAThread = 1024 * 1024;
/** Characters of an output that are compared. */
const mostComparedCharacters = 256 * 1024 * 1024;
/** Stretches, lines of a stretch and characters of a line that are told. */
const mostDifferences = 1000;
const mostLines = 200;
const mostCharacters = 2000;
/** Lines that are told in all. */
const mostLinesInAll = 10_000;

export interface CompareDependencies {
  runs: Pick<Runs, 'get'>;
  inputs: Pick<Inputs, 'get'>;
  output: Pick<Output, 'read' | 'index'>;
}

export async function compareRuns({ runs, inputs, output }: CompareDependencies, leftId: RunId, rightId: RunId, signal: AbortSignal | undefined): Promise<Comparison> {
  const [left, right] = [runs.get(leftId), runs.get(rightId)];
  const [leftInputs, rightInputs] = [inputs.get(leftId), inputs.get(rightId)];
  return {
    left,
    right,
    facts: factsOf(left, right, leftInputs, rightInputs),
    ...compareFiles(leftInputs, rightInputs),
    output: await compareOutputs(output, leftId, rightId, signal),
  };
}

function compareFiles(left: RunInputs | null, right: RunInputs | null): Pick<Comparison, 'files' | 'sameFiles' | 'filesKnown'> {
  const hashes = (inputs: RunInputs | null): Map<string, string> => new Map(inputs?.files.map(({ path, hash, reason }) => [path, hash ?? `not kept: ${reason ?? ''}`]) ?? []);
  const [one, other] = [hashes(left), hashes(right)];
  const paths = [...new Set([...one.keys(), ...other.keys()])].toSorted();
  const files = paths.filter((path) => one.get(path) !== other.get(path)).map((path) => ({ path, left: one.get(path) ?? null, right: other.get(path) ?? null }));
  return { files, sameFiles: paths.length - files.length, filesKnown: left !== null && right !== null };
}

/** Compares them by numbers for their lines, and then reads the lines again that are told. */
async function compareOutputs(output: CompareDependencies['output'], leftId: RunId, rightId: RunId, signal: AbortSignal | undefined): Promise<Comparison['output']> {
  const characters = [leftId, rightId].flatMap((id) => output.index(id).chunks).reduce((sum, { length }) => sum + length, 0);
  const limits = { mostLines: maxComparedLines, mostCharacters: mostComparedCharacters, mostDifferences };
  const comparing = characters < worthAThread ? compareHere(limits) : compareThere(limits);
  const end = (): void => comparing.dispose();
  signal?.addEventListener('abort', end);
  try {
    const leftMarks = await giveLines(output, leftId, comparing, 'left', signal);
    const rightMarks = await giveLines(output, rightId, comparing, 'right', signal);
    const { leftLines, rightLines, truncated, count, differences: first } = await comparing.compare();
    comparing.dispose();
    const told = toldOf(first);
    const left = await toldLines(told.map(({ leftStart, leftEnd }) => cut(leftStart, leftEnd)), (ranges) => readLines(output, leftId, leftMarks, ranges, mostCharacters, signal));
    const right = await toldLines(told.map(({ rightStart, rightEnd }) => cut(rightStart, rightEnd)), (ranges) => readLines(output, rightId, rightMarks, ranges, mostCharacters, signal));
    const differences = told.map((part, i) => ({
      leftLine: part.leftStart + 1,
      left: left[i] ?? [],
      leftMore: Math.max(0, part.leftEnd - part.leftStart - mostLines),
      rightLine: part.rightStart + 1,
      right: right[i] ?? [],
      rightMore: Math.max(0, part.rightEnd - part.rightStart - mostLines),
    }));
    return { leftLines, rightLines, truncated, count, differences };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    comparing.dispose();
  }
}

/** The lines of a stretch that are told. */
function cut(start: number, end: number): LineRange {
  return { start, end: Math.min(end, start + mostLines) };
}

/** The first of them, with as many lines as are told in all. */
function toldOf(differences: readonly Difference[]): Difference[] {
  let told = 0;
  return differences.filter(({ leftStart, leftEnd, rightStart, rightEnd }) => {
    if (told >= mostLinesInAll) return false;
    told += Math.min(leftEnd - leftStart, mostLines) + Math.min(rightEnd - rightStart, mostLines);
    return true;
  });
}

/** The lines of each range; none of those that are empty. */
async function toldLines(ranges: readonly LineRange[], read: (ranges: readonly LineRange[]) => Promise<string[][]>): Promise<string[][]> {
  const lines = await read(ranges.filter(({ start, end }) => end > start));
  let next = 0;
  return ranges.map(({ start, end }) => (end > start ? (lines[next++] ?? []) : []));
}
