import type { editor, IDisposable } from 'monaco-editor/editor';
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
let wantsFocus = false;

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
  if (document !== null && wantsFocus) focusSoon();
}

/** The editor may be hidden still (the welcome page was there): it can take the focus after the next layout. */
function focusSoon(): void {
  requestAnimationFrame(() => {
    if (!wantsFocus || host === null) return;
    wantsFocus = false;
    host.layout();
    host.focus();
  });
}

/** Keeps cursor and scroll of the shown tab with its document. */
export function rememberView(): void {
  const document = shownId === null ? null : getDocument(shownId);
  if (host !== null && document !== null && host.getModel() === document.model) document.viewState = host.saveViewState();
}

/** Shows a place of a tab (which should be active, or become so), and focuses the editor. */
export function reveal(id: TabId, position: TextPosition | null): void {
  if (position !== null) goTo = { id, position };
  wantsFocus = true;
  showActive();
}

export function focusEditor(): void {
  wantsFocus = true;
  if (host !== null) focusSoon();
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
