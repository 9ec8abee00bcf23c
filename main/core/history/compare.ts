import type { Comparison, OutputDifference } from '../../../contract/history.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { RunInputs } from '../../../contract/inputs.ts';
import type { Inputs } from '../inputs/index.ts';
import type { Output } from '../output/index.ts';
import type { Runs } from '../runs/index.ts';
import { factsOf } from './facts.ts';
import { diffLines } from './lineDiff.ts';
import { outputLines } from './outputLines.ts';

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
  const [leftOutput, rightOutput] = [await outputLines(output, leftId, signal), await outputLines(output, rightId, signal)];
  return {
    left,
    right,
    facts: factsOf(left, right, leftInputs, rightInputs),
    ...compareFiles(leftInputs, rightInputs),
    output: {
      leftLines: leftOutput.lines.length,
      rightLines: rightOutput.lines.length,
      truncated: leftOutput.truncated || rightOutput.truncated,
      ...compareLines(leftOutput.lines, rightOutput.lines),
    },
  };
}

function compareFiles(left: RunInputs | null, right: RunInputs | null): Pick<Comparison, 'files' | 'sameFiles' | 'filesKnown'> {
  const hashes = (inputs: RunInputs | null): Map<string, string> => new Map(inputs?.files.map(({ path, hash, reason }) => [path, hash ?? `not kept: ${reason ?? ''}`]) ?? []);
  const [one, other] = [hashes(left), hashes(right)];
  const paths = [...new Set([...one.keys(), ...other.keys()])].toSorted();
  const files = paths.filter((path) => one.get(path) !== other.get(path)).map((path) => ({ path, left: one.get(path) ?? null, right: other.get(path) ?? null }));
  return { files, sameFiles: paths.length - files.length, filesKnown: left !== null && right !== null };
}

function compareLines(left: readonly string[], right: readonly string[]): Pick<Comparison['output'], 'count' | 'differences'> {
  const all = diffLines(left, right);
  const differences: OutputDifference[] = [];
  let told = 0;
  for (const part of all.slice(0, mostDifferences)) {
    if (told >= mostLinesInAll) break;
    const some = (lines: readonly string[], start: number, end: number): string[] => lines.slice(start, Math.min(end, start + mostLines)).map((line) => line.slice(0, mostCharacters));
    const difference = {
      leftLine: part.leftStart + 1,
      left: some(left, part.leftStart, part.leftEnd),
      leftMore: Math.max(0, part.leftEnd - part.leftStart - mostLines),
      rightLine: part.rightStart + 1,
      right: some(right, part.rightStart, part.rightEnd),
      rightMore: Math.max(0, part.rightEnd - part.rightStart - mostLines),
    };
    told += difference.left.length + difference.right.length;
    differences.push(difference);
  }
  return { count: all.length, differences };
}
