import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toAppError, type Run, type RunId } from '../../contract/index.ts';
import { endText, StatusGlyph } from '../console/index.ts';
import { fetchJob, placeOf, useJobsStore } from '../jobs/index.ts';
import { formatBytes, formatDuration } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { IconButton, reportError, TextField } from '../ui/index.ts';
import { Annotations } from './Annotations.tsx';
import { history } from './historyStore.ts';
import { Inputs } from './Inputs.tsx';
import { RunButtons } from './RunButtons.tsx';
import { updateRun } from './runActions.ts';
import { SourceView } from './SourceView.tsx';

interface RunDetailProps {
  id: RunId;
  isRenaming: boolean;
  onRenaming(isRenaming: boolean): void;
  onDelete(id: RunId): void;
  onClose(): void;
}

type Loaded = { status: 'loading' } | { status: 'loaded'; run: Run } | { status: 'failed'; message: string };

/** The run with its source; read again when its line in the list changes. */
function useRun(id: RunId): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  const summary = history.useStore((state) => state.runs.find((run) => run.id === id));
  useEffect(() => {
    const controller = new AbortController();
    core.runs.get({ id }, { signal: controller.signal }).then(
      (run) => setLoaded({ status: 'loaded', run }),
      (caught: unknown) => {
        const error = toAppError(caught);
        if (error.code !== 'CANCELLED') setLoaded({ status: 'failed', message: error.message });
      },
    );
    return () => controller.abort();
  }, [id, summary]);
  return loaded;
}

/** One run: what it was, how it ended, its exact source, and what can be done with it. */
export function RunDetail({ id, isRenaming, onRenaming, onDelete, onClose }: RunDetailProps) {
  const loaded = useRun(id);
  if (loaded.status === 'loading') return <section aria-label="Run" className="basis-1/2 border-t border-line" />;
  if (loaded.status === 'failed') {
    return (
      <section aria-label="Run" className="flex items-start gap-2 border-t border-line p-3 text-danger">
        <p className="grow">{loaded.message}</p>
        <IconButton label="Close the run" size="small" onClick={onClose}>
          <X size={15} aria-hidden />
        </IconButton>
      </section>
    );
  }
  const { run } = loaded;
  return (
    <section aria-label="Run" className="flex min-h-0 shrink-0 basis-[52%] flex-col border-t border-line-strong bg-surface">
      <div className="flex items-center gap-2 px-3 pt-2">
        <StatusGlyph status={run.status} named />
        {isRenaming ? (
          <RenameField run={run} onDone={() => onRenaming(false)} />
        ) : (
          <h3 className="min-w-0 grow truncate font-semibold" title={run.path ?? run.title} onDoubleClick={() => onRenaming(true)}>
            {run.title}
          </h3>
        )}
        <IconButton label="Close the run" size="small" onClick={onClose}>
          <X size={15} aria-hidden />
        </IconButton>
      </div>
      <div className="flex min-h-0 grow flex-col overflow-auto">
        <Facts run={run} />
        <RunButtons run={run} onRename={() => onRenaming(true)} onDelete={() => onDelete(run.id)} />
        <Annotations run={run} />
        <Inputs run={run} />
        <SourceView source={run.source} firstLine={run.lineOffset} />
      </div>
    </section>
  );
}

/** Where a cluster run was, as `context/namespace`. */
function usePlace(run: Run): string | null {
  const job = useJobsStore((state) => state.jobs.get(run.id) ?? null);
  const isWanted = run.engine === 'cluster' && job === null;
  useEffect(() => {
    if (isWanted) void fetchJob(run.id);
  }, [isWanted, run.id]);
  return job === null ? null : placeOf(job);
}

function Facts({ run }: { run: Run }) {
  const place = usePlace(run);
  const facts = [
    new Date(run.startedMs).toLocaleString(),
    endText(run),
    run.durationMs === null ? null : formatDuration(run.durationMs),
    run.peakMemoryBytes === null ? null : `peak ${formatBytes(run.peakMemoryBytes)}`,
    run.pythonVersion === '' ? null : `Python ${run.pythonVersion}`,
    place,
    run.mode === 'file' ? null : run.mode === 'fresh' ? 'clean interpreter' : `${run.mode} from line ${run.lineOffset}`,
  ].filter((fact) => fact !== null);
  return (
    <div className="px-3 text-xs leading-[18px] text-muted">
      <p>{facts.join(' · ')}</p>
      {run.path !== null && (
        <p className="truncate" title={run.path}>
          {run.path}
        </p>
      )}
      {run.error !== null && <p className="line-clamp-2 break-words font-mono text-danger">{run.error}</p>}
    </div>
  );
}

function RenameField({ run, onDone }: { run: Run; onDone(): void }) {
  const [title, setTitle] = useState(run.title);
  function commit(): void {
    const next = title.trim().slice(0, 500);
    if (next !== '' && next !== run.title) updateRun(run.id, { title: next }).catch(reportError);
    onDone();
  }
  return (
    <TextField
      aria-label="Title of the run"
      autoFocus
      className="min-w-0 grow"
      value={title}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTitle(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        else if (event.key === 'Escape') onDone();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
