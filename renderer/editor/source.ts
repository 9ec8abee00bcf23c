import type { TabId } from '../../contract/ids.ts';
import { cellAt } from './cells.ts';
import { getDocument } from './documents.ts';
import { currentEditor } from './editorHost.ts';
import { activeTab } from './editorsStore.ts';

/** A part of a text; `startLine` is where it begins in the whole, from 1. */
export interface SourcePart {
  text: string;
  startLine: number;
}

export interface ActiveSource {
  tabId: TabId;
  title: string;
  path: string | null;
  text: string;
  /** The selected lines' text, exactly as selected; null when nothing is. */
  selection: SourcePart | null;
  /** The `# %%` cell that the cursor is in; null when the text has none. */
  cell: SourcePart | null;
}

/** What is in front of the person, to be run; null while no tab is shown. */
export function getActiveSource(): ActiveSource | null {
  const tab = activeTab();
  const model = tab === null ? undefined : getDocument(tab.id)?.model;
  if (tab === null || model === undefined) return null;
  const editor = currentEditor();
  const shown = editor?.getModel() === model ? editor : null;
  const selected = shown?.getSelection() ?? null;
  const selection =
    selected === null || selected.isEmpty() ? null : { text: model.getValueInRange(selected), startLine: selected.startLineNumber };
  const range = cellAt(model.getLinesContent(), shown?.getPosition()?.lineNumber ?? 1);
  const cell =
    range === null ? null : { text: model.getLinesContent().slice(range.startLine - 1, range.endLine).join('\n'), startLine: range.startLine };
  return { tabId: tab.id, title: tab.title, path: tab.path, text: model.getValue(), selection, cell };
}
