import { maxComparedLines } from '../../../contract/history.ts';
import type { RunId } from '../../../contract/ids.ts';
import { bodyText } from '../../../contract/outputText.ts';
import { outputPages, type Output } from '../output/index.ts';

const pageLength = 4 * 1024 * 1024;
/** Characters of a line by which it is compared; what is longer differs at its beginning, its length or nowhere that is told. */
const lineLength = 64 * 1024;
/** Characters of an output that are compared. */
const mostCharacters = 256 * 1024 * 1024;

/** The lines of a run's output, without those that a progress bar has overwritten; as many as are compared, and as fit into memory. */
export async function outputLines(output: Pick<Output, 'read' | 'index'>, runId: RunId, signal: AbortSignal | undefined): Promise<{ lines: string[]; truncated: boolean }> {
  const lines: string[] = [];
  const open = new OpenLine();
  let kept = 0;
  for await (const records of outputPages(output, runId, pageLength, signal)) {
    const text = records.map(({ body }) => bodyText(body)).join('');
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at);
      open.add(text.slice(at, end === -1 ? text.length : end));
      if (end === -1) break;
      const line = open.end();
      kept += line.length;
      lines.push(line);
      if (lines.length >= maxComparedLines || kept >= mostCharacters) return { lines, truncated: true };
      at = end + 1;
    }
  }
  const rest = open.end();
  if (rest !== '') lines.push(rest);
  return { lines, truncated: false };
}

/** A line that comes in parts, however long it becomes; without what carriage returns have overwritten. */
export class OpenLine {
  #text = '';
  #length = 0;
  /** A carriage return was the last: what follows overwrites, unless the line ends with it. */
  #isReturned = false;

  add(part: string): void {
    if (part === '') return;
    const end = part.endsWith('\r') ? part.length - 1 : part.length;
    const from = end === 0 ? 0 : part.lastIndexOf('\r', end - 1) + 1;
    if (this.#isReturned || from > 0) this.#clear();
    this.#isReturned = end < part.length;
    if (this.#length < lineLength) this.#text += part.slice(from, Math.min(end, from + lineLength - this.#length));
    this.#length += end - from;
  }

  /** The line, shortened if it is very long; the next begins. */
  end(): string {
    const more = this.#length - this.#text.length;
    const line = more > 0 ? `${this.#text} … ${more.toLocaleString('en')} more characters` : this.#text;
    this.#clear();
    this.#isReturned = false;
    return line;
  }

  #clear(): void {
    this.#text = '';
    this.#length = 0;
  }
}
