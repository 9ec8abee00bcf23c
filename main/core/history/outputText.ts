import { maxComparedLines } from '../../../contract/history.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { OutputBody } from '../../../contract/output.ts';
import type { Output } from '../output/index.ts';

const pageLength = 8 * 1024 * 1024;

/** What a step of output says as text: a display by its plain form. */
export function bodyText(body: OutputBody): string {
  switch (body.kind) {
    case 'text':
      return body.text;
    case 'error':
      return body.traceback.endsWith('\n') ? body.traceback : `${body.traceback}\n`;
    case 'note':
      return `${body.text}\n`;
    case 'display':
    case 'result': {
      const plain = body.bundle['text/plain'];
      return typeof plain === 'string' ? `${plain}\n` : '';
    }
  }
}

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
