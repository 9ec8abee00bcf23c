import { maxComparedLines } from '../../../contract/history.ts';
import type { RunId } from '../../../contract/ids.ts';
import { bodyText } from '../../../contract/outputText.ts';
import type { Output } from '../output/index.ts';

const pageLength = 8 * 1024 * 1024;

/** The lines of a run's output; without those that a progress bar has overwritten. */
export async function outputLines(output: Pick<Output, 'read'>, runId: RunId, signal: AbortSignal | undefined): Promise<{ lines: string[]; truncated: boolean }> {
  const lines: string[] = [];
  let open = '';
  for (let after = 0; ; ) {
    signal?.throwIfAborted();
    const page = await output.read({ runId, after, maxLength: pageLength, waitMs: 0 }, signal);
    const last = page.records.at(-1);
    if (last === undefined) break;
    const parts = (open + page.records.map(({ body }) => bodyText(body)).join('')).split('\n');
    open = parts.pop() ?? '';
    for (const line of parts) lines.push(shown(line));
    if (lines.length >= maxComparedLines) return { lines: lines.slice(0, maxComparedLines), truncated: true };
    if (last.seq >= page.lastSeq) break;
    after = last.seq;
  }
  if (open !== '') lines.push(shown(open));
  return { lines, truncated: false };
}

/** What stays of a line after its carriage returns. */
function shown(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf('\r') + 1);
}
