import { ChevronDown, ChevronRight, Copy, FileCode2, FilePlus, File, FileJson, FileText, Folder, FolderOpen, FolderPlus, Pencil, Trash2 } from 'lucide-react';
import type { CSSProperties } from 'react';
import type { FileEntry } from '../../contract/files.ts';
import { classes } from '../lib/classes.ts';
import { ContextMenu, reportError, type MenuItem } from '../ui/index.ts';
import { activate, beginNew, beginRename, copyPath } from './fileActions.ts';
import type { TreeRow } from './treeRows.ts';

export interface TreeItemProps {
  row: TreeRow & { kind: 'entry' };
  style: CSSProperties;
  /** The one that the Tab key reaches. */
  isCurrent: boolean;
  /** Its text is in the active tab. */
  isOpen: boolean;
  onFocus(): void;
  onDelete(): void;
}

/** One file or folder of the tree. */
export function TreeItem({ row, style, isCurrent, isOpen, onFocus, onDelete }: TreeItemProps) {
  const { entry, expanded } = row;
  const menu: MenuItem[] = [
    ...(entry.kind === 'file' ? [{ kind: 'item', label: 'Open', shortcut: 'Enter', run: () => open() } as const] : []),
    { kind: 'item', label: 'New file', icon: <FilePlus size={14} aria-hidden />, run: () => beginNew('file', entry) },
    { kind: 'item', label: 'New folder', icon: <FolderPlus size={14} aria-hidden />, run: () => beginNew('folder', entry) },
    { kind: 'separator' },
    { kind: 'item', label: 'Copy path', icon: <Copy size={14} aria-hidden />, run: () => void copyPath(entry.path).catch(reportError) },
    { kind: 'item', label: 'Rename', icon: <Pencil size={14} aria-hidden />, shortcut: 'F2', run: () => beginRename(entry.path) },
    { kind: 'item', label: 'Delete', icon: <Trash2 size={14} aria-hidden />, shortcut: 'Del', danger: true, run: onDelete },
  ];

  function open(): void {
    activate(entry).catch(reportError);
  }

  return (
    <ContextMenu items={menu}>
      <div
        role="treeitem"
        aria-level={row.level}
        aria-setsize={row.setSize}
        aria-posinset={row.position}
        aria-selected={isCurrent}
        {...(expanded === null ? {} : { 'aria-expanded': expanded })}
        {...(isOpen ? { 'aria-current': 'true' } : {})}
        tabIndex={isCurrent ? 0 : -1}
        title={entry.path}
        className={classes(
          'focus-inset absolute inset-x-0 flex cursor-default select-none items-center gap-1.5 pr-2 text-[13px]',
          isOpen ? 'bg-selected' : 'hover:bg-hover',
        )}
        style={style}
        onFocus={onFocus}
        onClick={(event) => {
          // The second click of a double click would fold a folder again.
          if (event.detail <= 1) open();
        }}
      >
        <span className="flex w-4 shrink-0 justify-center text-muted">
          {expanded !== null && (expanded ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />)}
        </span>
        <EntryIcon entry={entry} expanded={expanded === true} />
        <span className="truncate">{entry.name}</span>
      </div>
    </ContextMenu>
  );
}

function EntryIcon({ entry, expanded }: { entry: FileEntry; expanded: boolean }) {
  if (entry.kind === 'folder') {
    const Icon = expanded ? FolderOpen : Folder;
    return <Icon size={15} aria-hidden className="shrink-0 text-accent-text" />;
  }
  const ending = entry.name.slice(entry.name.lastIndexOf('.') + 1).toLowerCase();
  if (['py', 'pyw', 'pyi'].includes(ending)) return <FileCode2 size={15} aria-hidden className="shrink-0 text-success" />;
  if (['json', 'toml', 'yaml', 'yml'].includes(ending)) return <FileJson size={15} aria-hidden className="shrink-0 text-warning" />;
  if (['md', 'txt', 'csv', 'rst', 'log'].includes(ending)) return <FileText size={15} aria-hidden className="shrink-0 text-muted" />;
  return <File size={15} aria-hidden className="shrink-0 text-muted" />;
}
