import type { editor, IDisposable } from 'monaco-editor/editor';
import { flushSync } from 'react-dom';
import type { TabId } from '../../contract/ids.ts';
import { deferred } from '../lib/deferred.ts';
import { getDocument } from './documents.ts';
import { useCursorStore, useEditorsStore } from './editorsStore.ts';
import type { TextPosition } from './types.ts';

/** The one Monaco editor of the window; tabs are shown in it by changing its model. */
let host: editor.IStandaloneCodeEditor | null = null;
let shownId: TabId | null = null;
/** A place to go to once a tab is shown in the editor. */
let goTo: { id: TabId; position: TextPosition } | null = null;
/**
 * The editor is to take the focus once it can. `from` is what had it when that was wished: who types elsewhere by then goes on there. With
 * `onlyIfFree` whoever has it by then keeps it, a button too.
 */
let wish: { from: Element | null; onlyIfFree: boolean } | null = null;

const usable = deferred<void>();
/** Resolves when the editor is there and takes keys: what is less urgent waits for it. */
export const whenEditorUsable: Promise<void> = usable.promise;

/** Called with the tab whose cursor, scroll or folding changed. */
type ViewListener = (id: TabId) => void;

export function currentEditor(): editor.IStandaloneCodeEditor | null {
  return host;
}

/** Puts the mounted editor to use. @returns takes it out of use again */
export function attachEditor(mounted: editor.IStandaloneCodeEditor, onView: ViewListener): () => void {
  host = mounted;
  const first = mounted.getModel();
  showActive();
  // Without an active tab the component made an empty text of its own, which nobody shows.
  if (first !== null && first.uri.authority !== 'tab') first.dispose();
  usable.resolve();
  const listeners: IDisposable[] = [
    mounted.onDidChangeCursorSelection(() => {
      readCursorSoon();
      if (shownId !== null) onView(shownId);
    }),
    mounted.onDidScrollChange(() => {
      if (shownId !== null) onView(shownId);
    }),
  ];
  const stop = useEditorsStore.subscribe((state, before) => {
    if (state.activeId !== before.activeId || state.phase !== before.phase) showActive();
  });
  return () => {
    rememberView();
    stop();
    for (const listener of listeners) listener.dispose();
    host = null;
    shownId = null;
  };
}

function showActive(): void {
  if (host === null) return;
  const { activeId } = useEditorsStore.getState();
  const document = activeId === null ? null : getDocument(activeId);
  if (activeId !== shownId || host.getModel() !== (document?.model ?? null)) {
    rememberView();
    shownId = document === null ? null : activeId;
    host.setModel(document?.model ?? null);
    if (document !== null) host.restoreViewState(document.viewState);
    readCursor();
  }
  if (document !== null && goTo !== null && goTo.id === activeId) {
    const { line, column = 1 } = goTo.position;
    goTo = null;
    host.setPosition({ lineNumber: line, column });
    host.revealPositionInCenterIfOutsideViewport({ lineNumber: line, column });
  }
  if (document !== null) takeFocus();
}

/** Takes the focus at once, if that is wished: what is typed next belongs here already. */
function takeFocus(): void {
  if (wish === null || host === null) return;
  const { from, onlyIfFree } = wish;
  wish = null;
  const has = document.activeElement;
  const isFree = has === null || has === document.body;
  if (!isFree && (onlyIfFree || (has !== from && has.matches('input, textarea, select, [contenteditable]')))) return;
  // The welcome page may still stand in its place.
  if (host.getContainerDomNode().offsetParent === null) flushSync(() => undefined);
  host.layout();
  host.focus();
}

/** Keeps cursor and scroll of the shown tab with its document. */
export function rememberView(): void {
  const document = shownId === null ? null : getDocument(shownId);
  if (host !== null && document !== null && host.getModel() === document.model) document.viewState = host.saveViewState();
}

/** Shows a place of a tab (which should be active, or become so), and focuses the editor. */
export function reveal(id: TabId, position: TextPosition | null): void {
  if (position !== null) goTo = { id, position };
  wish = { from: document.activeElement, onlyIfFree: false };
  showActive();
}

/** Focuses the editor, at once or as soon as it is there. @param onlyIfFree unless anything else has the focus by then */
export function focusEditor(onlyIfFree = false): void {
  wish = { from: document.activeElement, onlyIfFree };
  if (host === null) return;
  if (host.getModel() === null) wish = null;
  else takeFocus();
}

let cursorFrame = 0;

/** Once a frame: a paste moves the cursor thousands of times. */
function readCursorSoon(): void {
  if (cursorFrame !== 0) return;
  cursorFrame = requestAnimationFrame(() => {
    cursorFrame = 0;
    readCursor();
  });
}

function readCursor(): void {
  const model = host?.getModel();
  const selections = host?.getSelections() ?? [];
  const [first] = selections;
  if (model == null || first === undefined) return;
  const selected = selections.reduce((sum, one) => sum + (one.isEmpty() ? 0 : model.getValueLengthInRange(one)), 0);
  useCursorStore.setState({ line: first.positionLineNumber, column: first.positionColumn, selected, cursors: selections.length });
}
