import type { BundledFile } from '../../contract/index.ts';
import { formatBytes } from '../lib/units.ts';

/** Files that are listed by name; the sum counts all. */
const mostListed = 1000;

/** The files that go along, largest first, with their sizes. */
export function FileList({ files, totalBytes }: { files: readonly BundledFile[]; totalBytes: number }) {
  const sorted = [...files].sort((a, b) => b.bytes - a.bytes || a.path.localeCompare(b.path));
  return (
    <section aria-label="Files that go along">
      <h3 className="font-semibold">
        {files.length === 1 ? '1 file' : `${files.length.toLocaleString()} files`}
        <span className="font-normal text-muted"> · {formatBytes(totalBytes)}</span>
      </h3>
      {files.length > 1 && (
        <>
          <ul tabIndex={0} aria-label="Files" className="focus-inset mt-1 max-h-40 overflow-auto rounded-md border border-line bg-surface py-1">
            {sorted.slice(0, mostListed).map((file) => (
              <li key={file.path} className="flex gap-3 px-2.5 font-mono text-[12px] leading-5">
                <span className="min-w-0 grow truncate" title={file.path}>
                  {file.path}
                </span>
                <span className="shrink-0 tabular-nums text-muted">{formatBytes(file.bytes)}</span>
              </li>
            ))}
            {sorted.length > mostListed && <li className="px-2.5 text-xs text-muted">and {(sorted.length - mostListed).toLocaleString()} smaller ones</li>}
          </ul>
          <p className="mt-1 text-xs text-muted">A file .pyexekubeignore in the folder leaves files out, as .gitignore does.</p>
        </>
      )}
    </section>
  );
}
