import { useEffect, useState } from 'react';
import { toAppError, type AppError, type TransferProgress } from '../../contract/index.ts';
import { formatBytes } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { Button, Dialog } from '../ui/index.ts';
import { closePage, showPage, useHistoryPage, type HistoryPage } from './historyPages.ts';

type TransferPage = Extract<HistoryPage, { name: 'transfer' }>;

/** How far an export or an import of the history is; closing it stops that. */
export function TransferDialog() {
  const page = useHistoryPage((state) => state.page);
  return page?.name === 'transfer' ? <Transferring key={`${page.what} ${page.path} ${String(page.overwrite)}`} page={page} /> : null;
}

function Transferring({ page }: { page: TransferPage }) {
  const { what, path, overwrite } = page;
  const [state, setState] = useState<TransferProgress | null>(null);
  const [error, setError] = useState<AppError | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    async function follow(): Promise<void> {
      const events = what === 'export' ? await core.transfer.exportHistory({ path, overwrite }, { signal }) : await core.transfer.importHistory({ path }, { signal });
      for await (const next of events) if (!signal.aborted) setState(next);
    }
    follow().catch((caught: unknown) => {
      if (!signal.aborted) setError(toAppError(caught));
    });
    return () => controller.abort();
  }, [what, path, overwrite]);

  const isOver = error !== null || state?.done === true;
  return (
    <Dialog
      open
      width="small"
      title={what === 'export' ? 'Export the history' : 'Import a history'}
      description={path}
      onOpenChange={(open) => {
        if (!open) closePage();
      }}
      footer={
        <>
          {error?.code === 'CONFLICT' && what === 'export' && (
            <Button variant="danger" onClick={() => showPage({ ...page, overwrite: true })}>
              Replace it
            </Button>
          )}
          <Button onClick={closePage}>{isOver ? 'Done' : 'Cancel'}</Button>
        </>
      }
    >
      {error === null ? (
        <>
          <progress aria-label="Progress" className="w-full" max={1} {...(state === null ? {} : { value: shareOf(what, state) })} />
          <p role="status">{state === null ? 'Beginning…' : textOf(what, state)}</p>
        </>
      ) : (
        <p role="alert" className="text-danger">
          {error.message} {error.action}
        </p>
      )}
    </Dialog>
  );
}

function shareOf(what: TransferPage['what'], { runs, bytes, total, done }: TransferProgress): number {
  if (done) return 1;
  return total === 0 ? 0 : (what === 'export' ? runs : bytes) / total;
}

function textOf(what: TransferPage['what'], { runs, skipped, bytes, done }: TransferProgress): string {
  const counted = `${runs.toLocaleString()} ${runs === 1 ? 'run' : 'runs'}`;
  if (what === 'export') return `${done ? 'Written: ' : ''}${counted}, ${formatBytes(bytes)}.`;
  return `${done ? 'Taken over: ' : ''}${counted}${skipped > 0 ? `; ${skipped.toLocaleString()} were here already` : ''}.`;
}
