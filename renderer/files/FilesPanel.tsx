import { Ellipsis, FilePlus, FolderOpen, FolderPlus } from 'lucide-react';
import { useEffect } from 'react';
import { runCommand } from '../commands/index.ts';
import { baseName } from '../paths/index.ts';
import { useSystem } from '../rpc/system.ts';
import { Button, EmptyState, IconButton, Menu, Region } from '../ui/index.ts';
import { beginNew } from './fileActions.ts';
import { FileTree } from './FileTree.tsx';
import { loadWorkspace, useFiles } from './filesStore.ts';

/** The folder that is open, as a tree. */
export function FilesPanel() {
  const workspace = useFiles((state) => state.workspace);
  const separator = useSystem((state) => state.info?.pathSeparator ?? '/');

  useEffect(() => {
    void loadWorkspace();
  }, []);

  if (workspace.state !== 'open') {
    return (
      <Region name="Files">
        {workspace.state === 'none' && (
          <EmptyState
            icon={<FolderOpen size={28} strokeWidth={1.5} aria-hidden />}
            title="No folder is open"
            actions={
              <>
                <Button variant="primary" onClick={() => runCommand('folder.open')}>
                  Open folder
                </Button>
                <Button onClick={() => runCommand('file.open')}>Open file</Button>
              </>
            }
          >
            Open a folder to see its files here, and to use them from Python: <code>import helper</code> and <code>open("data.csv")</code> find what is in it.
          </EmptyState>
        )}
      </Region>
    );
  }
  return (
    <Region
      name="Files"
      actions={
        <>
          <IconButton label="New file" size="small" onClick={() => beginNew('file', null)}>
            <FilePlus size={15} aria-hidden />
          </IconButton>
          <IconButton label="New folder" size="small" onClick={() => beginNew('folder', null)}>
            <FolderPlus size={15} aria-hidden />
          </IconButton>
          <Menu
            align="end"
            items={[
              { kind: 'item', label: 'Open another folder…', run: () => runCommand('folder.open') },
              { kind: 'item', label: 'Read again', run: () => runCommand('files.refresh') },
              { kind: 'separator' },
              { kind: 'item', label: 'Close folder', run: () => runCommand('folder.close') },
            ]}
          >
            <IconButton label="More" size="small">
              <Ellipsis size={15} aria-hidden />
            </IconButton>
          </Menu>
        </>
      }
    >
      <div className="flex h-full min-h-0 flex-col">
        <p className="shrink-0 truncate px-3 pb-0.5 pt-2 text-xs font-medium text-muted" title={workspace.path}>
          {baseName(workspace.path, separator)}
        </p>
        <div className="min-h-0 grow">
          <FileTree root={workspace.path} />
        </div>
      </div>
    </Region>
  );
}
