import type { FileEntry } from '../../contract/files.ts';
import { followRenamed, openFile } from '../editor/index.ts';
import { baseName, choosePath, joinPath, nameProblem, parentPath } from '../paths/index.ts';
import { core } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';
import { ask, notify } from '../ui/index.ts';
import { loadFolder, openWorkspace, setExpanded, useFiles } from './filesStore.ts';

function separator(): '/' | '\\' {
  return useSystem.getState().info?.pathSeparator ?? '/';
}

/** Asks for a folder and opens it. @returns whether one was opened */
export async function openFolderByDialog(): Promise<boolean> {
  const { workspace } = useFiles.getState();
  const path = await choosePath({ kind: 'openFolder', ...(workspace.state === 'open' ? { suggested: workspace.path } : {}) });
  if (path === null) return false;
  await openWorkspace(path);
  return true;
}

/** A folder is unfolded or folded, a file opened. */
export async function activate(entry: FileEntry): Promise<void> {
  if (entry.kind === 'folder') setExpanded(entry.path, !useFiles.getState().expanded.has(entry.path));
  else await openFile(entry.path);
}

/** Starts typing the name of something new, in the focused folder or beside the focused file. */
export function beginNew(entryKind: 'file' | 'folder', near: FileEntry | null): void {
  const { workspace } = useFiles.getState();
  if (workspace.state !== 'open') return;
  const parent = near === null ? workspace.path : near.kind === 'folder' ? near.path : (parentPath(near.path, separator()) ?? workspace.path);
  if (parent !== workspace.path) setExpanded(parent, true);
  useFiles.setState({ editing: { kind: 'new', parent, entryKind } });
}

export function beginRename(path: string): void {
  useFiles.setState({ editing: { kind: 'rename', path } });
}

/** Ends typing a name without any change. */
export function cancelEditing(): void {
  useFiles.setState({ editing: null });
}

/** What is wrong with the name that is being typed, or null. */
export function checkName(name: string): string | null {
  return nameProblem(name, separator());
}

/** Creates the file or folder whose name was typed; a new file is opened. @throws AppError as files.create does */
export async function finishNew(parent: string, entryKind: 'file' | 'folder', name: string): Promise<void> {
  const entry = await core.files.create({ path: joinPath(parent, name.trim(), separator()), kind: entryKind });
  useFiles.setState({ editing: null, focused: entry.path });
  await loadFolder(parent);
  if (entry.kind === 'file') await openFile(entry.path);
}

/** Gives an entry the name that was typed. @throws AppError as files.rename does */
export async function finishRename(path: string, name: string): Promise<void> {
  if (name.trim() === baseName(path, separator())) return cancelEditing();
  const parent = parentPath(path, separator()) ?? path;
  const entry = await core.files.rename({ from: path, to: joinPath(parent, name.trim(), separator()) });
  useFiles.setState({ editing: null, focused: entry.path });
  await followRenamed(path, entry.path);
  await loadFolder(parent);
}

/** Deletes an entry after asking. @returns whether it was deleted */
export async function deleteEntry(entry: FileEntry): Promise<boolean> {
  const answer = await ask({
    title: `Delete ${entry.name}?`,
    message: entry.kind === 'folder' ? 'The folder and all that is in it are deleted from disk. This cannot be undone.' : 'The file is deleted from disk. This cannot be undone.',
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'delete', label: 'Delete', variant: 'danger' },
    ],
  });
  if (answer !== 'delete') return false;
  await core.files.delete({ path: entry.path });
  const parent = parentPath(entry.path, separator());
  if (parent !== null) await loadFolder(parent);
  return true;
}

/** Puts the path on the clipboard. */
export async function copyPath(path: string): Promise<void> {
  await navigator.clipboard.writeText(path);
  notify({ severity: 'success', message: 'The path is on the clipboard.' });
}
