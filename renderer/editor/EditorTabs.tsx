import { FileCode2, NotebookPen, Plus } from 'lucide-react';
import { runCommand, useCommandKey } from '../commands/index.ts';
import { IconButton, TabStrip, reportError } from '../ui/index.ts';
import { closeTab } from './closeTabs.ts';
import { moveTab, useEditorsStore } from './editorsStore.ts';

/** Id of the panel that the tabs control. */
export const editorPanelId = 'editor-panel';

/** The row of open texts. */
export function EditorTabs() {
  const tabs = useEditorsStore((state) => state.tabs);
  const activeId = useEditorsStore((state) => state.activeId);
  const newKey = useCommandKey('tab.new');
  return (
    <div className="flex h-9 shrink-0 items-stretch border-b border-line bg-bg">
      {tabs.length > 0 && (
        <TabStrip
          label="Editors"
          panelId={editorPanelId}
          activeId={activeId}
          tabs={tabs.map((tab) => ({
            id: tab.id,
            title: tab.title,
            icon: tab.path === null ? <NotebookPen size={14} aria-hidden className="shrink-0" /> : <FileCode2 size={14} aria-hidden className="shrink-0" />,
            ...(tab.path === null ? {} : { tooltip: tab.path }),
            ...(tab.dirty ? { note: 'not saved', badge: <span className="size-2 rounded-full bg-text" /> } : {}),
          }))}
          onSelect={(id) => useEditorsStore.setState({ activeId: id })}
          onClose={(id) => void closeTab(id).catch(reportError)}
          onMove={moveTab}
        />
      )}
      <div className="flex items-center px-1.5">
        <IconButton label="New scratch tab" shortcut={newKey} onClick={() => runCommand('tab.new')}>
          <Plus size={16} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}
