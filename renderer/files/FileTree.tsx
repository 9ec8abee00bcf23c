import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { useEditorsStore } from '../editor/index.ts';
import { reportError } from '../ui/index.ts';
import { activate, beginRename, deleteEntry } from './fileActions.ts';
import { setExpanded, useFiles, watchShownFolders } from './filesStore.ts';
import { NameField } from './NameField.tsx';
import { TreeItem } from './TreeItem.tsx';
import { findByPrefix, nextEntryIndex, treeRows, type TreeRow } from './treeRows.ts';

/** Pixels. */
const rowHeight = 26;
/** Letters typed faster than this are one prefix. */
const typeaheadMs = 700;

/** The workspace as a tree, after the ARIA pattern: one tab stop; arrows, Home, End, letters, Enter, F2, Delete. */
export function FileTree({ root }: { root: string }) {
  const folders = useFiles((state) => state.folders);
  const expanded = useFiles((state) => state.expanded);
  const editing = useFiles((state) => state.editing);
  const focused = useFiles((state) => state.focused);
  const openPath = useEditorsStore((state) => state.tabs.find((tab) => tab.id === state.activeId)?.path ?? null);
  const rows = useMemo(() => treeRows({ root, folders, expanded, editing }), [root, folders, expanded, editing]);
  const scroller = useRef<HTMLDivElement>(null);
  const typed = useRef({ prefix: '', atMs: 0 });
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });

  useEffect(watchShownFolders, []);

  // The field that had the focus is gone: it goes back to the tree, unless it went elsewhere by itself.
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && editing === null && (document.activeElement === document.body || document.activeElement === null)) {
      scroller.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus();
    }
    wasEditing.current = editing !== null;
  }, [editing]);

  const found = rows.findIndex((row) => row.kind === 'entry' && row.entry.path === focused);
  const current = found >= 0 ? found : (nextEntryIndex(rows, -1, 1) ?? -1);

  function focusRow(index: number | null): void {
    const row = index === null ? undefined : rows[index];
    if (index === null || row?.kind !== 'entry') return;
    useFiles.setState({ focused: row.entry.path });
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus());
  }

  function parentIndex(row: TreeRow & { kind: 'entry' }): number | null {
    const index = rows.findIndex((other) => other.kind === 'entry' && other.entry.path === row.parent);
    return index < 0 ? null : index;
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[current];
    if (editing !== null || row?.kind !== 'entry' || event.ctrlKey || event.metaKey || event.altKey) return;
    const { entry } = row;
    switch (event.key) {
      case 'ArrowDown':
        focusRow(nextEntryIndex(rows, current, 1));
        break;
      case 'ArrowUp':
        focusRow(nextEntryIndex(rows, current, -1));
        break;
      case 'Home':
        focusRow(nextEntryIndex(rows, -1, 1));
        break;
      case 'End':
        focusRow(nextEntryIndex(rows, rows.length, -1));
        break;
      case 'ArrowRight':
        if (row.expanded === false) setExpanded(entry.path, true);
        else if (row.expanded === true) focusRow(nextEntryIndex(rows, current, 1));
        break;
      case 'ArrowLeft':
        if (row.expanded === true) setExpanded(entry.path, false);
        else focusRow(parentIndex(row));
        break;
      case 'Enter':
      case ' ':
        activate(entry).catch(reportError);
        break;
      case 'F2':
        beginRename(entry.path);
        break;
      case 'Delete':
        void remove(current);
        break;
      default:
        if (event.key.length !== 1) return;
        typeahead(event.key);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  async function remove(index: number): Promise<void> {
    const row = rows[index];
    if (row?.kind !== 'entry') return;
    const neighbour = rows[nextEntryIndex(rows, index, 1) ?? nextEntryIndex(rows, index, -1) ?? -1];
    try {
      if ((await deleteEntry(row.entry)) && neighbour?.kind === 'entry') useFiles.setState({ focused: neighbour.entry.path });
    } catch (error) {
      reportError(error);
    }
  }

  function typeahead(letter: string): void {
    const nowMs = Date.now();
    const prefix = nowMs - typed.current.atMs < typeaheadMs ? typed.current.prefix + letter : letter;
    typed.current = { prefix, atMs: nowMs };
    focusRow(findByPrefix(rows, current, prefix));
  }

  return (
    <div ref={scroller} className="h-full overflow-auto py-1">
      <div role="tree" aria-label="Files of the folder" className="relative" style={{ height: virtual.getTotalSize() }} onKeyDown={onKeyDown}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const style = { height: rowHeight, transform: `translateY(${item.start}px)`, paddingLeft: row.level * 14 - 4 };
          if (row.kind === 'note') {
            return (
              <div key={row.key} role="presentation" className="absolute inset-x-0 flex items-center truncate pr-2 text-xs text-muted" style={style} title={row.text}>
                <span className="truncate pl-6">{row.text}</span>
              </div>
            );
          }
          if (row.kind === 'new') return <NameField key="new" style={style} target={row} />;
          if (editing?.kind === 'rename' && editing.path === row.entry.path) return <NameField key={row.entry.path} style={style} target={row} />;
          return (
            <TreeItem
              key={row.entry.path}
              row={row}
              style={style}
              isCurrent={item.index === current}
              isOpen={row.entry.path === openPath}
              onFocus={() => useFiles.setState({ focused: row.entry.path })}
              onDelete={() => void remove(item.index)}
            />
          );
        })}
      </div>
    </div>
  );
}
