import { toAppError } from '../../../contract/errors.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { OutputRecord } from '../../../contract/output.ts';
import type { Output, OutputPage } from './output.ts';

/**
 * All records of an output after record `start` (0: all), a page of about `maxLength` characters at a time. A stretch that is damaged costs itself alone: in its place come a
 * note and empty texts, as many as it had records, so that the rest keeps its numbers.
 * @param onDamaged told the first and the last record of each such stretch
 * @throws NOT_FOUND
 */
export async function* outputPages(
  output: Pick<Output, 'read' | 'index'>,
  runId: RunId,
  maxLength: number,
  signal?: AbortSignal,
  { start = 0, onDamaged }: { start?: number; onDamaged?: (first: number, last: number) => void } = {},
): AsyncGenerator<OutputRecord[], void> {
  for (let after = start; ; ) {
    signal?.throwIfAborted();
    const { records, finished } = await pageAfter(output, runId, after, maxLength, signal, onDamaged);
    const last = records.at(-1);
    if (last === undefined) return;
    yield records;
    if (finished) return;
    after = last.seq;
  }
}

async function pageAfter(
  output: Pick<Output, 'read' | 'index'>,
  runId: RunId,
  after: number,
  maxLength: number,
  signal: AbortSignal | undefined,
  onDamaged?: (first: number, last: number) => void,
): Promise<Pick<OutputPage, 'records' | 'finished'>> {
  try {
    return await output.read({ runId, after, maxLength, waitMs: 0 }, signal);
  } catch (error) {
    if (toAppError(error).code !== 'STORAGE_CORRUPT') throw error;
    const damaged = output.index(runId).chunks.find(({ lastSeq }) => lastSeq > after);
    if (damaged === undefined) throw error;
    onDamaged?.(after + 1, damaged.lastSeq);
    const records = Array.from({ length: damaged.lastSeq - after }, (_, i): OutputRecord => ({
      seq: after + 1 + i,
      timeMs: damaged.firstMs,
      body: i === 0 ? { kind: 'note', text: `The stored output from record ${after + 1} to ${damaged.lastSeq} is damaged and cannot be read.` } : { kind: 'text', stream: 'stdout', text: '' },
    }));
    return { records, finished: false };
  }
}
