import type { Command } from '../commands/index.ts';
import { reportError } from '../ui/index.ts';
import { beginNew, openFolderByDialog } from './fileActions.ts';
import { openWorkspace, refresh, useFiles } from './filesStore.ts';

function hasFolder(): boolean {
  return useFiles.getState().workspace.state === 'open';
}

/** @param show shows the Files region */
export function fileCommands(show: () => void): Command[] {
  async function openFolder(): Promise<void> {
    if (await openFolderByDialog()) show();
  }
  function create(kind: 'file' | 'folder'): void {
    show();
    beginNew(kind, null);
  }
  return [
    { id: 'folder.open', title: 'Open folder…', category: 'File', keys: ['Mod+Shift+O'], run: openFolder },
    { id: 'folder.close', title: 'Close folder', category: 'File', isEnabled: hasFolder, run: () => openWorkspace(null).catch(reportError) },
    { id: 'files.newFile', title: 'New file in the folder', category: 'File', isEnabled: hasFolder, run: () => create('file') },
    { id: 'files.newFolder', title: 'New folder in the folder', category: 'File', isEnabled: hasFolder, run: () => create('folder') },
    { id: 'files.refresh', title: 'Read the folder again', category: 'File', isEnabled: hasFolder, run: refresh },
  ];
}
