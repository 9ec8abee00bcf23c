import { CircleAlert, FileDown, FolderOpen, Image as ImageIcon, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import type { Artifact, ArtifactPicture, Job, RunId } from '../../contract/index.ts';
import { openFile } from '../editor/index.ts';
import { formatBytes } from '../lib/units.ts';
import { choosePath } from '../paths/index.ts';
import { core } from '../rpc/index.ts';
import { Button, Dialog, IconButton, notify, reportError } from '../ui/index.ts';
import { fetchArtifacts } from './jobActions.ts';

const mostShown = 500;

/** The files that a run wrote: on their way, here, or why not. */
export function Artifacts({ job }: { job: Job }) {
  const { artifacts, runId } = job;
  switch (artifacts.state) {
    case 'none':
      return null;
    case 'fetching': {
      const { receivedBytes, totalBytes } = artifacts;
      return (
        <div className="flex items-center gap-2 text-muted">
          <LoaderCircle size={14} aria-hidden className="animate-spin" />
          <span className="tabular-nums">
            Fetching artifacts: {formatBytes(receivedBytes)}
            {totalBytes !== null && ` of ${formatBytes(totalBytes)}`}
          </span>
          <progress aria-label="Artifacts" className="h-1.5 w-40 accent-accent" {...(totalBytes === null ? {} : { value: receivedBytes, max: Math.max(1, totalBytes) })} />
        </div>
      );
    }
    case 'failed':
      return (
        <div role="alert" className="flex flex-wrap items-center gap-2 text-warning">
          <CircleAlert size={14} aria-hidden className="shrink-0" />
          <span className="min-w-0 break-words">{artifacts.message}</span>
          {artifacts.retryable && (
            <Button size="small" onClick={() => fetchArtifacts(runId).catch(reportError)}>
              Fetch again
            </Button>
          )}
        </div>
      );
    case 'fetched':
      return <Fetched runId={runId} count={artifacts.files} bytes={artifacts.bytes} folder={artifacts.folder} />;
  }
}

function Fetched({ runId, count, bytes, folder }: { runId: RunId; count: number; bytes: number; folder: string }) {
  const [shown, setShown] = useState<(ArtifactPicture & { path: string }) | null>(null);
  const [listed, setListed] = useState<readonly Artifact[] | null>(null);

  async function show(path: string): Promise<void> {
    setShown({ path, ...(await core.jobs.artifactPicture({ runId, path })) });
  }

  async function unfold(): Promise<void> {
    setListed(listed === null ? (await core.jobs.artifacts({ runId })).artifacts : null);
  }

  return (
    <div role="group" aria-label="Artifacts">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <button type="button" aria-expanded={listed !== null} className="text-accent-text underline underline-offset-2" title={folder} onClick={() => void unfold().catch(reportError)}>
          {count === 1 ? '1 artifact' : `${count.toLocaleString()} artifacts`}, {formatBytes(bytes)}
        </button>
        <Button size="small" onClick={() => save(runId).catch(reportError)}>
          <FileDown size={13} aria-hidden />
          Save all…
        </Button>
      </div>
      {listed !== null && (
        <ul className="mt-1 max-h-40 overflow-auto rounded-md border border-line bg-surface py-1">
          {listed.slice(0, mostShown).map((artifact) => (
            <li key={artifact.path} className="flex items-center gap-2 px-2 leading-6">
              <span className="min-w-0 grow truncate font-mono text-[12px]">{artifact.path}</span>
              <span className="shrink-0 text-xs tabular-nums text-muted">{formatBytes(artifact.bytes)}</span>
              {artifact.kind === 'text' && (
                <IconButton label={`Open ${artifact.path} in the editor`} size="small" onClick={() => openFile(artifact.file).catch(reportError)}>
                  <FolderOpen size={14} aria-hidden />
                </IconButton>
              )}
              {artifact.kind === 'picture' && (
                <IconButton label={`Show ${artifact.path}`} size="small" onClick={() => show(artifact.path).catch(reportError)}>
                  <ImageIcon size={14} aria-hidden />
                </IconButton>
              )}
              <IconButton label={`Save ${artifact.path}`} size="small" onClick={() => save(runId, artifact.path).catch(reportError)}>
                <FileDown size={14} aria-hidden />
              </IconButton>
            </li>
          ))}
          {listed.length > mostShown && <li className="px-2 text-xs text-muted">and {(listed.length - mostShown).toLocaleString()} more, in {folder}</li>}
        </ul>
      )}
      {shown !== null && (
        <Dialog
          open
          width="wide"
          title={shown.path}
          onOpenChange={() => setShown(null)}
          footer={
            <Button onClick={() => save(runId, shown.path).catch(reportError)}>
              <FileDown size={13} aria-hidden />
              Save…
            </Button>
          }
        >
          {/* As an image even an SVG runs nothing and loads nothing. */}
          <img alt={shown.path} src={`data:${shown.type};base64,${shown.base64}`} className="mx-auto max-h-[60vh] max-w-full bg-white object-contain" />
        </Dialog>
      )}
    </div>
  );
}

/** Copies one artifact, or all, into a folder that the person chooses. */
async function save(runId: RunId, path?: string): Promise<void> {
  const to = await choosePath({
    kind: 'openFolder',
    words: { title: 'Save artifacts', description: 'They are copied into this folder; nothing in it is overwritten.', button: 'Save here' },
  });
  if (to === null) return;
  const { files, bytes } = await core.jobs.saveArtifacts({ runId, to, ...(path === undefined ? {} : { paths: [path] }) });
  notify({ severity: 'success', message: `Saved ${files === 1 ? '1 file' : `${files.toLocaleString()} files`}, ${formatBytes(bytes)}.`, detail: to });
}
