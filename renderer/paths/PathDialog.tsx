import { ArrowUp, File, Folder } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { toAppError } from '../../contract/errors.ts';
import type { FileEntry } from '../../contract/files.ts';
import { classes } from '../lib/classes.ts';
import { core } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';
import { Button, Dialog, IconButton, TextField } from '../ui/index.ts';
import { usePathRequest, type PathRequest } from './choosePath.ts';
import { baseName, isAbsolutePath, joinPath, parentPath } from './pathText.ts';

const words: Record<PathRequest['kind'], { title: string; description: string; button: string }> = {
  openFile: { title: 'Open file', description: 'Type the path of a file, or choose one below.', button: 'Open' },
  openFolder: { title: 'Open folder', description: 'Type the path of a folder, or choose one below.', button: 'Open' },
  saveFile: { title: 'Save as', description: 'Type the path of the file to write, or choose its folder below.', button: 'Save' },
};

/** The window's own dialog for paths, where the host has none of the system's. */
export function PathDialog() {
  const pending = usePathRequest((state) => state.pending);
  if (pending === null) return null;
  return <PathPicker request={pending.request} onAnswer={pending.answer} />;
}

type Listing = { state: 'loading' } | { state: 'loaded'; parent: string | null; entries: FileEntry[] } | { state: 'failed'; message: string };

function isHidden(entry: FileEntry): boolean {
  return entry.name.startsWith('.');
}

function hiddenLast(entries: readonly FileEntry[]): FileEntry[] {
  return [...entries.filter((entry) => !isHidden(entry)), ...entries.filter(isHidden)];
}

function PathPicker({ request, onAnswer }: { request: PathRequest; onAnswer(path: string | null): void }) {
  const separator = useSystem((state) => state.info?.pathSeparator ?? '/');
  const home = useSystem((state) => state.info?.homeFolder ?? '/');
  const saving = request.kind === 'saveFile';
  const start = request.suggested ?? home;
  const [folder, setFolder] = useState(saving && request.suggested !== undefined ? (parentPath(start, separator) ?? home) : start);
  const [text, setText] = useState(start);
  const [listing, setListing] = useState<Listing>({ state: 'loading' });
  const [problem, setProblem] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const ids = useId();

  useEffect(() => {
    const controller = new AbortController();
    setListing({ state: 'loading' });
    core.files.list({ path: folder }, { signal: controller.signal }).then(
      ({ parent, entries }) => {
        setListing({ state: 'loaded', parent, entries });
        setActive(0);
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setListing({ state: 'failed', message: toAppError(error).message });
      },
    );
    return () => controller.abort();
  }, [folder]);

  const entries = listing.state === 'loaded' ? hiddenLast(listing.entries.filter((entry) => request.kind !== 'openFolder' || entry.kind === 'folder')) : [];
  const parent = listing.state === 'loaded' ? listing.parent : parentPath(folder, separator);

  function goInto(path: string): void {
    setFolder(path);
    setText(saving ? joinPath(path, baseName(text, separator), separator) : path);
    setProblem(null);
  }

  function choose(entry: FileEntry): void {
    if (entry.kind === 'folder') return goInto(entry.path);
    setText(entry.path);
    if (request.kind === 'openFile') onAnswer(entry.path);
  }

  async function submit(): Promise<void> {
    const path = text.trim();
    if (!isAbsolutePath(path, separator)) return setProblem(`Type the whole path, from ${separator === '/' ? '/' : 'the drive'} on.`);
    if (request.kind === 'openFile') {
      // A folder's path in "Open file" means: go there.
      try {
        await core.files.list({ path });
        return goInto(path);
      } catch {
        return onAnswer(path);
      }
    }
    onAnswer(path);
  }

  function onListKey(event: KeyboardEvent): void {
    const last = entries.length - 1;
    const next = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: last, PageDown: active + 10, PageUp: active - 10 }[event.key];
    const entry = entries[active];
    if (next !== undefined) {
      const index = Math.max(0, Math.min(last, next));
      setActive(index);
      list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && entry !== undefined) choose(entry);
    else if (event.key === 'Backspace' && parent !== null) goInto(parent);
    else return;
    event.preventDefault();
  }

  const { title, description, button } = request.words ?? words[request.kind];
  return (
    <Dialog
      open
      title={title}
      description={description}
      onOpenChange={(open) => {
        if (!open) onAnswer(null);
      }}
      footer={
        <>
          <Button size="large" onClick={() => onAnswer(null)}>
            Cancel
          </Button>
          <Button size="large" variant="primary" onClick={() => void submit()}>
            {button}
          </Button>
        </>
      }
    >
      <div className="flex gap-1.5">
        <TextField
          aria-label="Path"
          className="h-8 min-w-0 grow font-mono"
          value={text}
          autoFocus
          aria-invalid={problem !== null}
          aria-describedby={`${ids}-problem`}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              void submit();
            }
          }}
        />
        <IconButton label="Parent folder" className="size-8" disabled={parent === null} onClick={() => parent !== null && goInto(parent)}>
          <ArrowUp size={16} aria-hidden />
        </IconButton>
      </div>
      <p id={`${ids}-problem`} role="alert" className="min-h-5 text-xs leading-5 text-danger">
        {problem ?? (listing.state === 'failed' ? listing.message : '')}
      </p>
      <div
        ref={list}
        role="listbox"
        aria-label="Entries"
        tabIndex={0}
        aria-activedescendant={entries.length > 0 ? `${ids}-${active}` : undefined}
        className="group h-64 overflow-auto rounded-md border border-line bg-surface p-1 focus-inset"
        onKeyDown={onListKey}
      >
        {entries.map((entry, index) => (
          <div
            key={entry.path}
            id={`${ids}-${index}`}
            role="option"
            aria-selected={index === active}
            className={classes('flex h-7 cursor-default select-none items-center gap-2 rounded px-2', index === active && 'group-focus:bg-selected', 'hover:bg-hover', isHidden(entry) && 'text-muted')}
            onClick={() => {
              setActive(index);
              if (!saving && (entry.kind === 'folder') === (request.kind === 'openFolder')) setText(entry.path);
            }}
            onDoubleClick={() => choose(entry)}
          >
            {entry.kind === 'folder' ? (
              <Folder size={15} aria-hidden className="shrink-0 text-accent-text" />
            ) : (
              <File size={15} aria-hidden className="shrink-0 text-muted" />
            )}
            <span className="truncate">{entry.name}</span>
          </div>
        ))}
      </div>
      {listing.state === 'loaded' && entries.length === 0 && (
        <p className="pt-2 text-xs text-muted">{request.kind === 'openFolder' ? 'No folders in here. Press Open to open this one.' : 'Nothing in here.'}</p>
      )}
    </Dialog>
  );
}
