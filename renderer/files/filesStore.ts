import { create } from 'zustand';
import { toAppError } from '../../contract/errors.ts';
import { core } from '../rpc/index.ts';
import { follow } from '../rpc/follow.ts';
import { reportError } from '../ui/index.ts';
import type { Editing, FolderState } from './treeRows.ts';

/** `unknown` until the core has said which folder is open. */
export type Workspace = { state: 'unknown' } | { state: 'none' } | { state: 'open'; path: string };

interface FilesState {
  workspace: Workspace;
  folders: ReadonlyMap<string, FolderState>;
  expanded: ReadonlySet<string>;
  /** Path of the row that the keyboard is at. */
  focused: string | null;
  editing: Editing | null;
}

const nothing = { folders: new Map(), expanded: new Set<string>(), focused: null, editing: null };

export const useFiles = create<FilesState>()(() => ({ workspace: { state: 'unknown' }, ...nothing }));

/** Asks which folder is open; the panel's first step. */
export async function loadWorkspace(): Promise<void> {
  try {
    const { path } = await core.files.workspace();
    showWorkspace(path);
  } catch (error) {
    reportError(error);
  }
}

function showWorkspace(path: string | null): void {
  const { workspace } = useFiles.getState();
  if (workspace.state === 'open' && workspace.path === path) return;
  useFiles.setState({ workspace: path === null ? { state: 'none' } : { state: 'open', path }, ...nothing });
  if (path !== null) void loadFolder(path);
}

/** Opens a folder as the workspace, or closes it with null. @throws AppError as files.openWorkspace does */
export async function openWorkspace(path: string | null): Promise<void> {
  const opened = await core.files.openWorkspace({ path });
  showWorkspace(opened.path);
}

/** Reads a folder's entries, the first time or again. */
export async function loadFolder(path: string): Promise<void> {
  if (!useFiles.getState().folders.has(path)) setFolder(path, { state: 'loading' });
  try {
    const { entries, truncated } = await core.files.list({ path });
    setFolder(path, { state: 'loaded', entries, truncated });
  } catch (error) {
    const known = toAppError(error);
    if (known.code !== 'UNAVAILABLE') setFolder(path, { state: 'failed', message: known.message });
  }
}

function setFolder(path: string, folder: FolderState): void {
  useFiles.setState((state) => ({ folders: new Map(state.folders).set(path, folder) }));
}

export function setExpanded(path: string, expanded: boolean): void {
  useFiles.setState((state) => {
    const next = new Set(state.expanded);
    if (expanded) next.add(path);
    else next.delete(path);
    return { expanded: next };
  });
  if (expanded) void loadFolder(path);
}

/** Reads all folders that are shown again. */
export function refresh(): void {
  for (const path of shownFolders()) void loadFolder(path);
}

function shownFolders(): string[] {
  const { workspace, expanded, folders } = useFiles.getState();
  if (workspace.state !== 'open') return [];
  return [workspace.path, ...[...expanded].filter((path) => folders.has(path))];
}

/** Watches the folders that are unfolded, and reads again what changed. @returns stops it */
export function watchShownFolders(): () => void {
  let watched = '';
  let stop: (() => void) | null = null;

  function watchAgain(): void {
    const folders = shownFolders().sort().slice(0, 500);
    const key = folders.join('\0');
    if (key === watched) return;
    watched = key;
    stop?.();
    stop = null;
    if (folders.length === 0) return;
    let opened = 0;
    stop = follow(
      (signal) => core.files.watch({ folders, files: [] }, { signal }),
      (event) => {
        if (event.type === 'folder') void loadFolder(event.path);
      },
      {
        onOpen: () => {
          if (opened++ > 0) refresh();
        },
        onError: reportError,
      },
    );
  }

  const unsubscribe = useFiles.subscribe((state, before) => {
    if (state.workspace !== before.workspace || state.expanded !== before.expanded || state.folders.size !== before.folders.size) watchAgain();
  });
  watchAgain();
  return () => {
    unsubscribe();
    stop?.();
  };
}
