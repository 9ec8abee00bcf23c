import { TriangleAlert } from 'lucide-react';
import { Button, reportError } from '../ui/index.ts';
import { closeTab } from './closeTabs.ts';
import { showComparison } from './compareStore.ts';
import { keepMine, reloadFile } from './diskState.ts';
import { useEditorsStore } from './editorsStore.ts';
import { saveFile } from './saveFile.ts';
import type { EditorTabInfo } from './types.ts';

/** Says what became of the active tab's file on disk, and what can be done. */
export function DiskBanner() {
  const tab = useEditorsStore((state) => state.tabs.find((one) => one.id === state.activeId));
  if (tab === undefined || tab.disk.state === 'same') return <div role="status" />;
  return (
    <div role="status" className="flex items-start gap-2.5 border-b border-line bg-warning-soft px-3 py-1.5 text-[13px] text-text">
      <TriangleAlert size={16} aria-hidden className="mt-1 shrink-0 text-warning" />
      <span className="flex min-w-0 grow flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="min-w-48 flex-1 leading-5">{sentence(tab)}</span>
        <span className="flex flex-wrap gap-1.5">
          <Choices tab={tab} />
        </span>
      </span>
    </div>
  );
}

function sentence(tab: EditorTabInfo): string {
  switch (tab.disk.state) {
    case 'same':
      return '';
    case 'changed':
      return `${tab.title} was changed on disk by someone else, while you have changes here.`;
    case 'gone':
      return `${tab.title} is no longer on disk. Its text is kept here.`;
    case 'unreadable':
      return `${tab.title} cannot be read from disk any more: ${tab.disk.message} Its text is kept here.`;
  }
}

function Choices({ tab }: { tab: EditorTabInfo }) {
  switch (tab.disk.state) {
    case 'same':
      return null;
    case 'changed':
      return (
        <>
          <Button size="small" onClick={() => void showComparison(tab.id, tab.path ?? '').catch(reportError)}>
            Compare
          </Button>
          <Button size="small" onClick={() => void reloadFile(tab.id).catch(reportError)}>
            Reload from disk
          </Button>
          <Button size="small" onClick={() => keepMine(tab.id)}>
            Keep mine
          </Button>
        </>
      );
    case 'gone':
    case 'unreadable':
      return (
        <>
          {tab.disk.state === 'gone' && (
            <Button size="small" onClick={() => void saveFile(tab.id)}>
              Save again
            </Button>
          )}
          <Button size="small" onClick={() => void closeTab(tab.id)}>
            Close tab
          </Button>
        </>
      );
  }
}
