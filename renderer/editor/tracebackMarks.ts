import type { editor } from 'monaco-editor/editor';
import type { TabId } from '../../contract/ids.ts';
import { getDocument } from './documents.ts';
import { loadedMonaco } from '../lib/monacoLoader.ts';

export interface TracebackMark {
  /** From 1. */
  line: number;
  message: string;
}

interface Marks {
  ids: string[];
  stop(): void;
}

const marks = new Map<TabId, Marks>();

/** Marks the lines of a traceback in a tab's text, in place of earlier marks. A mark goes when its line is edited. */
export function showTracebackMarks(tabId: TabId, frames: readonly TracebackMark[]): void {
  clearTracebackMarks(tabId);
  const model = getDocument(tabId)?.model;
  const monaco = loadedMonaco();
  if (model === undefined || monaco === null) return;
  const decorations = frames
    .filter((frame) => frame.line <= model.getLineCount())
    .map((frame): editor.IModelDeltaDecoration => ({
      range: new monaco.Range(frame.line, 1, frame.line, 1),
      options: {
        isWholeLine: true,
        className: 'traceback-line',
        linesDecorationsClassName: 'traceback-bar',
        hoverMessage: { value: plainMarkdown(frame.message) },
        overviewRuler: { color: { id: 'editorError.foreground' }, position: monaco.editor.OverviewRulerLane.Right },
        stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
      },
    }));
  const ids = model.deltaDecorations([], decorations);
  const listener = model.onDidChangeContent((event) => {
    const touched = event.changes.flatMap((change) => model.getLineDecorations(change.range.startLineNumber).map((one) => one.id));
    model.deltaDecorations(touched.filter((id) => ids.includes(id)), []);
  });
  marks.set(tabId, { ids, stop: () => listener.dispose() });
}

export function clearTracebackMarks(tabId: TabId): void {
  const known = marks.get(tabId);
  marks.delete(tabId);
  known?.stop();
  const model = getDocument(tabId)?.model;
  if (known !== undefined && model !== undefined) model.deltaDecorations(known.ids, []);
}

/** A message of Python is text, not markup. */
function plainMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&');
}
