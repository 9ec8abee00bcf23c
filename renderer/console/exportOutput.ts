import type { ExportFormat, OutputFilter } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import type { ConsoleTab } from './consoleStore.ts';
import type { ConsoleSession } from './sessions.ts';
import { whenStored } from './whenStored.ts';

/** Characters that go into the clipboard at most. */
const mostCopied = 32 * 1024 * 1024;
const endings: Record<ExportFormat, { extension: string; type: string }> = {
  text: { extension: 'txt', type: 'text/plain' },
  ndjson: { extension: 'ndjson', type: 'application/x-ndjson' },
  csv: { extension: 'csv', type: 'text/csv' },
};

/** Copies the whole output as text, up to a limit: all that is shown at the call. */
export async function copyOutput(session: ConsoleSession): Promise<{ length: number; truncated: boolean }> {
  await whenStored(session);
  const parts: string[] = [];
  let length = 0;
  for await (const { text } of await core.output.export({ runId: session.runId, format: 'text' })) {
    // As it is read, and as a selection is copied: the return of a line of Windows is no part of it.
    const lines = text.replaceAll('\r\n', '\n');
    parts.push(lines.slice(0, mostCopied - length));
    length += lines.length;
    if (length > mostCopied) break;
  }
  await navigator.clipboard.writeText(parts.join(''));
  return { length: Math.min(length, mostCopied), truncated: length > mostCopied };
}

/** How far a file is: the part of the output that was read (0 to 1), and bytes written. */
export interface ExportProgress {
  share: number;
  bytes: number;
}

export interface ExportOptions {
  format: ExportFormat;
  /** Only the lines that meet it; null for everything. */
  filter: OutputFilter | null;
  onProgress(progress: ExportProgress): void;
  signal: AbortSignal;
}

/** Saves the output as a file, through the browser's own download: all that is shown at the call. Nothing is saved when it is stopped. */
export async function saveOutput(tab: ConsoleTab, session: ConsoleSession, { format, filter, onProgress, signal }: ExportOptions): Promise<void> {
  await whenStored(session);
  const parts: Blob[] = [];
  let bytes = 0;
  const pieces = await core.output.export({ runId: tab.runId, format, ...(filter === null ? {} : { filter }) }, { signal });
  for await (const { text, readLength, totalLength } of pieces) {
    if (signal.aborted) return;
    // Each part becomes a blob at once: the browser keeps blobs on disk when they are many.
    const part = new Blob([text]);
    parts.push(part);
    bytes += part.size;
    onProgress({ share: totalLength === 0 ? 1 : readLength / totalLength, bytes });
  }
  const { extension, type } = endings[format];
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileName(tab)}.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function fileName(tab: ConsoleTab): string {
  const title = tab.title.replace(/\.py$/, '').replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 80);
  return `${title === '' ? 'output' : title}-${new Date(tab.startedMs).toISOString().slice(0, 19).replaceAll(':', '-')}`;
}
