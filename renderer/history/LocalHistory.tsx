import { ChevronLeft } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { toAppError, type KeptVersion } from '../../contract/index.ts';
import { formatBytes } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { ask, Button, Dialog, notify, reportError, SearchField } from '../ui/index.ts';
import { closePage, showPage, useHistoryPage } from './historyPages.ts';
import { TextDiff } from './TextDiff.tsx';

/** The texts that files had when they were run: to be looked at, compared with today's, and restored. */
export function LocalHistory() {
  const page = useHistoryPage((state) => state.page);
  if (page?.name !== 'files') return null;
  return (
    <Dialog
      open
      width="wide"
      title="Versions of files"
      description={page.path ?? 'Each text that a file had when it was run. They stay when runs are deleted.'}
      onOpenChange={(open) => {
        if (!open) closePage();
      }}
    >
      {page.path === null ? <Files /> : <Versions key={page.path} path={page.path} />}
    </Dialog>
  );
}

function Files() {
  const [search, setSearch] = useState('');
  const [files, setFiles] = useState<{ path: string; versions: number; lastMs: number }[] | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    core.localHistory.files({ search }, { signal: controller.signal }).then(
      (answer) => setFiles(answer.files),
      (error: unknown) => {
        if (!controller.signal.aborted) reportError(error);
      },
    );
    return () => controller.abort();
  }, [search]);
  return (
    <>
      <SearchField label="Search files" className="w-full" value={search} onChange={(event) => setSearch(event.target.value)} />
      <ul aria-label="Files with versions" className="pt-2">
        {files?.map((file) => (
          <li key={file.path}>
            <button type="button" className="flex w-full gap-3 rounded-md px-2 py-1 text-left hover:bg-hover" onClick={() => showPage({ name: 'files', path: file.path })}>
              <span className="min-w-0 grow truncate font-mono text-[12px]">{file.path}</span>
              <span className="shrink-0 text-muted">
                {file.versions.toLocaleString()} {file.versions === 1 ? 'version' : 'versions'}, {new Date(file.lastMs).toLocaleString()}
              </span>
            </button>
          </li>
        ))}
        {files?.length === 0 && <li className="text-muted">{search === '' ? 'No file was run yet: a version is kept at each run of a changed file.' : 'No file has this in its path.'}</li>}
      </ul>
    </>
  );
}

/** Today's text of a file; null when there is none, or it cannot be read as text. */
async function todaysText(path: string): Promise<string | null> {
  try {
    return (await core.files.read({ path })).text;
  } catch (error) {
    if (['NOT_FOUND', 'UNSUPPORTED', 'FORBIDDEN'].includes(toAppError(error).code)) return null;
    throw error;
  }
}

interface Shown {
  version: KeptVersion;
  text: string;
  today: string | null;
}

async function readVersion(path: string, version: KeptVersion): Promise<Shown> {
  const [{ text }, today] = await Promise.all([core.localHistory.read({ version: version.version }), todaysText(path)]);
  return { version, text, today };
}

function Versions({ path }: { path: string }) {
  const [versions, setVersions] = useState<KeptVersion[]>([]);
  const [shown, setShown] = useState<Shown | null>(null);

  const load = useCallback(async () => {
    const answer = await core.localHistory.versions({ path });
    setVersions(answer.versions);
    const [newest] = answer.versions;
    if (newest !== undefined) setShown(await readVersion(path, newest));
  }, [path]);

  useEffect(() => {
    load().catch(reportError);
  }, [load]);

  async function restore({ version }: Shown): Promise<void> {
    const answer = await ask({
      title: 'Restore this version?',
      message: `${path} gets the text of ${new Date(version.savedMs).toLocaleString()}. Its text of now is kept as a version.`,
      choices: [
        { id: 'cancel', label: 'Cancel' },
        { id: 'restore', label: 'Restore' },
      ],
    });
    if (answer !== 'restore') return;
    await core.localHistory.restore({ version: version.version });
    notify({ severity: 'success', message: 'The version was restored.' });
    await load();
  }

  return (
    <div className="flex min-h-0 gap-3">
      <div className="flex w-60 shrink-0 flex-col gap-1">
        <div className="flex items-center gap-1">
          {/* In words: a tooltip, open because the focus begins here, would take the first Escape for itself. */}
          <Button size="small" onClick={() => showPage({ name: 'files', path: null })}>
            <ChevronLeft size={13} aria-hidden />
            All files
          </Button>
          <span className="text-muted">{versions.length === 0 ? 'No version is kept of this file.' : 'Versions, newest first'}</span>
        </div>
        <ul aria-label="Versions" className="max-h-[38vh] overflow-auto">
          {versions.map((version) => (
            <li key={version.version}>
              <button
                type="button"
                aria-pressed={shown?.version.version === version.version}
                className="w-full rounded-md px-2 py-1 text-left hover:bg-hover aria-pressed:bg-selected"
                onClick={() => readVersion(path, version).then(setShown, reportError)}
              >
                {new Date(version.savedMs).toLocaleString()}
                <span className="block text-xs text-muted">
                  {formatBytes(version.bytes)}
                  {version.runId === null && ' · replaced or not in the history'}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {shown !== null && (
        <div className="min-w-0 grow">
          <TextDiff key={shown.version.version} label="The version beside today’s text" original={shown.text} modified={shown.today ?? ''} path={path} />
          <div className="flex items-center gap-3 pt-2">
            <p className="grow text-muted">
              {shown.today === null ? 'The file is not there now, or is no text.' : shown.today === shown.text ? 'The file has this text now.' : '− this version, + the file now'}
            </p>
            <Button disabled={shown.today === shown.text} onClick={() => restore(shown).catch(reportError)}>
              Restore this version
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
