import { useEffect, useState } from 'react';
import { toAppError, type BackupInfo } from '../../contract/index.ts';
import { formatBytes } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { ask, Button, notify, reportError } from '../ui/index.ts';

type Loaded = { status: 'loading' } | { status: 'loaded'; folder: string; backups: BackupInfo[] } | { status: 'failed'; message: string };

/** The backups of the database: when they were made, what they hold, and putting one back. */
export function Backups() {
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  const [isBusy, setBusy] = useState(false);

  async function load(): Promise<void> {
    try {
      setLoaded({ status: 'loaded', ...(await core.backups.list()) });
    } catch (error) {
      setLoaded({ status: 'failed', message: toAppError(error).message });
    }
  }

  useEffect(() => void load(), []);

  function during(work: () => Promise<void>): void {
    setBusy(true);
    work()
      .catch(reportError)
      .finally(() => {
        setBusy(false);
        void load();
      });
  }

  async function make(): Promise<void> {
    const { bytes } = await core.backups.make();
    notify({ severity: 'success', message: `A backup was made: ${formatBytes(bytes)}.` });
  }

  return (
    <>
      <Button className="self-start" disabled={isBusy} onClick={() => during(make)}>
        Back up now
      </Button>
      {loaded.status === 'failed' && <p role="alert" className="text-xs text-danger">{loaded.message}</p>}
      {loaded.status === 'loaded' && (
        <>
          <ul aria-label="Backups" className="flex flex-col gap-1.5 text-xs">
            {loaded.backups.map((backup) => (
              <li key={backup.name} className="flex items-center gap-2">
                <span className="min-w-0 grow">
                  {new Date(backup.madeMs).toLocaleString()}
                  <span className="block text-muted">{contentText(backup)}</span>
                </span>
                <Button
                  size="small"
                  disabled={isBusy || backup.content === null}
                  aria-label={`Restore the backup of ${new Date(backup.madeMs).toLocaleString()}`}
                  onClick={() => during(() => restore(backup))}
                >
                  Restore
                </Button>
              </li>
            ))}
            {loaded.backups.length === 0 && <li className="text-muted">None yet: the first is made soon.</li>}
          </ul>
          <p className="select-text break-all text-xs text-muted">{loaded.folder}</p>
        </>
      )}
    </>
  );
}

function contentText({ bytes, content }: BackupInfo): string {
  if (content === null) return `${formatBytes(bytes)}, cannot be read`;
  const { runs, missingRuns } = content;
  return `${formatBytes(bytes)}, ${runs.toLocaleString()} ${runs === 1 ? 'run' : 'runs'}${missingRuns > 0 ? `; ${missingRuns.toLocaleString()} of now not in it` : ''}`;
}

async function restore(backup: BackupInfo): Promise<void> {
  const missing = backup.content?.missingRuns ?? 0;
  const lost = missing === 0 ? 'It has all runs of now' : `${missing.toLocaleString()} ${missing === 1 ? 'run' : 'runs'} made or imported since then will be gone from the history`;
  const answer = await ask({
    title: 'Restore this backup?',
    message: `History, tabs and settings become what they were on ${new Date(backup.madeMs).toLocaleString()}. ${lost}. The state of now is kept as a backup first.`,
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'restore', label: 'Restore', variant: 'danger' },
    ],
  });
  if (answer !== 'restore') return;
  // What it has changed is told at the top of every window.
  await core.backups.restore({ name: backup.name });
}
