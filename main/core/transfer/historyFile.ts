import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { SavedSearch } from '../../../contract/history.ts';
import { RunId } from '../../../contract/ids.ts';
import { OutputRecord } from '../../../contract/output.ts';
import { historyFileVersion } from '../../../contract/transfer.ts';
import { parseBounded } from './boundedJson.ts';
import { Completeness, Hash, PortableInputs, PortableRun } from './portable.ts';

/** Longest line that is read, in bytes: a file of 64 MiB as base64, and room. */
export const mostLineBytes = 96 * 1024 * 1024;
export const historyFormat = 'pyexekube-history';

export const HistoryHead = z.object({ format: z.literal(historyFormat), version: z.literal(historyFileVersion), application: z.string().max(200), exportedMs: z.number().int().min(0), runs: z.number().int().min(0) });
const Newer = z.object({ format: z.literal(historyFormat), version: z.number().int().min(historyFileVersion + 1) });

export const HistoryLine = z.discriminatedUnion('type', [
  /** A file's content, before the first run that had it. */
  z.object({ type: z.literal('blob'), hash: Hash, data: z.base64() }),
  z.object({ type: z.literal('run'), run: PortableRun, inputs: PortableInputs.nullable(), completeness: Completeness }),
  /** Output of the run above, in order. */
  z.object({ type: z.literal('output'), runId: RunId, records: z.array(OutputRecord).max(10_000) }),
  /** A version of a file that was run, after the contents that it has. */
  z.object({ type: z.literal('version'), path: z.string().min(1).max(4096), savedMs: z.number().int(), hash: Hash, runId: RunId.nullable() }),
  z.object({ type: z.literal('search'), search: SavedSearch }),
  z.object({ type: z.literal('end'), runs: z.number().int().min(0) }),
]);
export type HistoryLine = z.infer<typeof HistoryLine>;

/** @param number of the line, first is 1 */
export function wrongLine(number: number, why: string): AppError {
  return new AppError('INVALID_INPUT', `Line ${number.toLocaleString('en')} of this history cannot be read: ${why}.${number === 1 ? '' : ' The runs before it were taken over.'}`, {
    action: number === 1 ? 'Choose a file that was written by "Export the history".' : 'Ask for the file again where it comes from; what is there already is skipped.',
  });
}

function parseJson(text: string, number: number): unknown {
  try {
    return parseBounded(text);
  } catch {
    throw wrongLine(number, 'it is no JSON');
  }
}

/** @throws INVALID_INPUT · UNSUPPORTED */
export function parseHead(text: string): z.infer<typeof HistoryHead> {
  const json = parseJson(text, 1);
  const newer = Newer.safeParse(json);
  if (newer.success) {
    throw new AppError('UNSUPPORTED', `This history has version ${newer.data.version}; this PyExeKube reads up to version ${historyFileVersion}.`, { action: 'Update PyExeKube.' });
  }
  const head = HistoryHead.safeParse(json);
  if (head.success) return head.data;
  throw wrongLine(1, 'it is no history of PyExeKube');
}

/** @throws INVALID_INPUT */
export function parseLine(text: string, number: number): HistoryLine {
  const line = HistoryLine.safeParse(parseJson(text, number));
  if (line.success) return line.data;
  const [issue] = line.error.issues;
  throw wrongLine(number, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
