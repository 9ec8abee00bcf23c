import type { RunId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import type { ConsoleTab } from './consoleStore.ts';
import { recordText } from './model/plainText.ts';

/** Characters that one read asks for. */
const pageLength = 4 * 1024 * 1024;
/** Characters that go into the clipboard at most. */
const mostCopied = 32 * 1024 * 1024;

// Colours and other control sequences have no place in a text file: ECMA-48's CSI, with its parameters and final byte.
const controlSequences = /\u001b\[[\d;:?]*[ -/]*[@-~]/g;

/** The output of a run as text, page by page, from the core: all of it, whatever the console shows. */
async function* outputText(runId: RunId): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const page = await core.output.read({ runId, after, maxLength: pageLength });
    const last = page.records.at(-1);
    if (last === undefined) return;
    yield page.records.map(({ body }) => recordText(body)).join('').replace(controlSequences, '');
    if (last.seq >= page.lastSeq) return;
    after = last.seq;
  }
}

/** Copies the whole output as text, up to a limit. */
export async function copyOutput(runId: RunId): Promise<{ length: number; truncated: boolean }> {
  const parts: string[] = [];
  let length = 0;
  let truncated = false;
  for await (const part of outputText(runId)) {
    parts.push(part.slice(0, mostCopied - length));
    length += part.length;
    truncated = length > mostCopied;
    if (truncated) break;
  }
  await navigator.clipboard.writeText(parts.join(''));
  return { length: Math.min(length, mostCopied), truncated };
}

/** Saves the whole output as a text file, through the browser's own download. */
export async function saveOutput(tab: ConsoleTab): Promise<void> {
  const parts: Blob[] = [];
  // Each part becomes a blob at once: the browser keeps blobs on disk when they are many.
  for await (const part of outputText(tab.runId)) parts.push(new Blob([part]));
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileName(tab)}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function fileName(tab: ConsoleTab): string {
  const title = tab.title.replace(/\.py$/, '').replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 80);
  return `${title === '' ? 'output' : title}-${new Date(tab.startedMs).toISOString().slice(0, 19).replaceAll(':', '-')}`;
}
