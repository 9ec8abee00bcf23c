import type { editor, IDisposable } from 'monaco-editor/editor';
import type { TabId } from '../../contract/ids.ts';
import type { Monaco } from '../lib/monacoLoader.ts';

/** The text of one tab while it is open. */
export interface EditorDocument {
  model: editor.ITextModel;
  /** As it was when the tab was last left. */
  viewState: editor.ICodeEditorViewState | null;
  /** Monaco's version of the text that is on disk; null while the text was never that. Undoing back to it makes it clean. */
  cleanVersion: number | null;
  listener: IDisposable;
}

export interface NewDocument {
  id: TabId;
  path: string | null;
  text: string;
  dirty: boolean;
  viewState: editor.ICodeEditorViewState | null;
  onEdit(): void;
}

const documents = new Map<TabId, EditorDocument>();

export function getDocument(id: TabId): EditorDocument | null {
  return documents.get(id) ?? null;
}

/** Monaco's name of a tab's text. */
export function documentUri(id: TabId): string {
  return `inmemory://tab/${id}`;
}

export function documentText(id: TabId): string {
  return documents.get(id)?.model.getValue() ?? '';
}

export function createDocument(monaco: Monaco, input: NewDocument): EditorDocument {
  const uri = monaco.Uri.parse(documentUri(input.id));
  const model = monaco.editor.createModel(input.text, languageOf(input.path), uri);
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  const document: EditorDocument = {
    model,
    viewState: input.viewState,
    cleanVersion: input.dirty ? null : model.getAlternativeVersionId(),
    listener: model.onDidChangeContent(input.onEdit),
  };
  documents.set(input.id, document);
  return document;
}

/** A file was renamed: its language may be another. */
export function setDocumentPath(monaco: Monaco, id: TabId, path: string | null): void {
  const document = documents.get(id);
  if (document !== undefined) monaco.editor.setModelLanguage(document.model, languageOf(path));
}

/** The text now is what the file holds. */
export function markClean(id: TabId): void {
  const document = documents.get(id);
  if (document !== undefined) document.cleanVersion = document.model.getAlternativeVersionId();
}

export function isClean(id: TabId): boolean {
  const document = documents.get(id);
  return document === undefined || document.cleanVersion === document.model.getAlternativeVersionId();
}

/** Replaces the whole text as one step that can be undone. */
export function replaceText(id: TabId, text: string): void {
  const document = documents.get(id);
  if (document === undefined || document.model.getValue() === text) return;
  document.model.pushStackElement();
  document.model.pushEditOperations(null, [{ range: document.model.getFullModelRange(), text }], () => null);
  document.model.pushStackElement();
}

export function disposeDocument(id: TabId): void {
  const document = documents.get(id);
  documents.delete(id);
  document?.listener.dispose();
  document?.model.dispose();
}

/** Python for scratch tabs and Python's own endings; all else is shown as it is. */
function languageOf(path: string | null): string {
  return path === null || /\.(py|pyw|pyi|pyx)$/i.test(path) ? 'python' : 'plaintext';
}
