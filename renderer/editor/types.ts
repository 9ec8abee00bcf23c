import type { FileVersion } from '../../contract/files.ts';
import type { TabId } from '../../contract/ids.ts';

/** How the file of a tab is on disk, against what the tab's text is based on. */
export type DiskState =
  | { state: 'same' }
  /** Someone else wrote it; `version` is what is there now. */
  | { state: 'changed'; version: FileVersion }
  | { state: 'gone' }
  /** It is there, but cannot be read as text any more; why. */
  | { state: 'unreadable'; message: string };

/** What the window knows of one editor tab. Its text is in its document, never here. */
export interface EditorTabInfo {
  id: TabId;
  title: string;
  /** Null for a scratch tab. */
  path: string | null;
  /** The file's version that the text is based on. */
  version: FileVersion | null;
  lineEnding: 'lf' | 'crlf';
  dirty: boolean;
  disk: DiskState;
}

/** A place in a text; both start at 1. */
export interface TextPosition {
  line: number;
  column?: number;
}
