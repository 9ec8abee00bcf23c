import type { EditorTab } from '../../contract/editors.ts';
import { maxEditableBytes } from '../../contract/files.ts';
import type { TabId } from '../../contract/ids.ts';
import { core, useConnection } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';
import { ask } from '../ui/index.ts';
import { documentText, getDocument, isClean } from './documents.ts';
import { rememberView } from './editorHost.ts';
import { findTab, patchTab, useEditorsStore } from './editorsStore.ts';
import { createSaveScheduler } from './saveScheduler.ts';

/** Everything typed is on disk within two seconds, whatever happens then: half a second of rest, at most one of typing. */
const typing = { delayMs: 400, maxDelayMs: 1000 };
/** Cursor and scroll alone are less urgent. */
const looking = { delayMs: 1200, maxDelayMs: 5000 };
/** A text this long (UTF-16 code units) is sent again for its own sake only, not for the cursor's. */
const longText = 1_000_000;
/** Largest view state that is kept (editors.save refuses more); folding a huge file can exceed it. */
const maxViewState = 256 * 1024;

const scheduler = createSaveScheduler<TabId>({
  save: saveTab,
  timing: typing,
  retryMs: 2000,
  onStatus: (status) => {
    // Cursor and scroll on their way to the disk are nobody's concern.
    const keeping = status !== 'kept' && !isUnkept() ? 'kept' : status;
    if (useEditorsStore.getState().keeping !== keeping) useEditorsStore.setState({ keeping });
  },
});

/** Monaco's version of each tab's text that the core has. */
const keptVersions = new Map<TabId, number>();

async function saveTab(id: TabId): Promise<void> {
  const stored = storedTab(id);
  if (stored === null) return;
  const version = getDocument(id)?.model.getVersionId();
  await core.editors.save(stored);
  if (version !== undefined) keptVersions.set(id, version);
}

/** A tab as it came from the core: its text is kept. */
export function noteKept(id: TabId): void {
  const version = getDocument(id)?.model.getVersionId();
  if (version !== undefined) keptVersions.set(id, version);
}

/** The tab as the core keeps it. */
function storedTab(id: TabId): EditorTab | null {
  const tab = findTab(id);
  if (tab === null) return null;
  rememberView();
  const text = documentText(id);
  const viewState = JSON.stringify(getDocument(id)?.viewState ?? null);
  return {
    id,
    title: tab.title,
    path: tab.path,
    // Beyond the core's limit nothing could be kept at all: its beginning is better.
    text: text.length > maxEditableBytes ? text.slice(0, maxEditableBytes) : text,
    version: tab.version,
    lineEnding: tab.lineEnding,
    dirty: tab.path !== null && tab.dirty,
    viewState: viewState.length > maxViewState ? null : viewState,
  };
}

/** The text of a tab changed. */
export function onEdit(id: TabId): void {
  const tab = findTab(id);
  if (tab === null) return;
  const dirty = tab.path !== null && !isClean(id);
  if (tab.dirty !== dirty) patchTab(id, { dirty });
  scheduler.touch(id);
}

/** Something else about a tab changed: its title, path or version. */
export function keepTab(id: TabId): Promise<void> {
  scheduler.touch(id);
  return scheduler.flush(id);
}

/** Cursor, scroll or folding changed. */
export function onView(id: TabId): void {
  const document = getDocument(id);
  if (document !== null && document.model.getValueLength() < longText) scheduler.touch(id, looking);
}

/** Tabs that were closed here and which the core is not told of yet. */
let closed: TabId[] = [];
let arranging: Promise<void> = Promise.resolve();
let arrangeTimer: ReturnType<typeof setTimeout> | undefined;

/** A tab was closed: its last text is saved, so that it can be opened again, then it is forgotten. */
export async function keepClosed(id: TabId, last: EditorTab | null): Promise<void> {
  scheduler.forget(id);
  keptVersions.delete(id);
  closed.push(id);
  try {
    if (last !== null) await core.editors.save(last);
  } finally {
    arrangeSoon();
  }
}

/** What `keepClosed` saves; to be taken before the tab is gone from the store. */
export function lastStateOf(id: TabId): EditorTab | null {
  return storedTab(id);
}

/** Keeps order and active tab, after the tabs themselves. */
function arrangeSoon(): void {
  clearTimeout(arrangeTimer);
  arrangeTimer = setTimeout(() => {
    arranging = arranging.then(arrange);
  }, 150);
}

async function arrange(): Promise<void> {
  const { tabs, activeId } = useEditorsStore.getState();
  const told = closed;
  try {
    await core.editors.arrange({ order: tabs.map((tab) => tab.id), activeId, closed: told });
    closed = closed.filter((id) => !told.includes(id));
  } catch {
    // The disk is full or the connection away; `keeping` shows that already.
    arrangeTimer = setTimeout(arrangeSoon, 2000);
  }
}

/** Whether something typed is only in memory at the moment. */
function isUnkept(): boolean {
  return useEditorsStore.getState().tabs.some(({ id }) => getDocument(id)?.model.getVersionId() !== keptVersions.get(id));
}

/** The person wants to close the window although the last changes are only in it. */
let leaving = false;

async function askToLeave(): Promise<void> {
  const answer = await ask({
    title: 'Close, and lose the last changes?',
    message: 'What you typed last could not be written to disk yet: it is only in this window.',
    choices: [
      { id: 'stay', label: 'Stay' },
      { id: 'close', label: 'Close anyway', variant: 'danger' },
    ],
  });
  if (answer !== 'close') return;
  leaving = true;
  window.close();
}

/** Starts keeping what happens to the tabs. @returns stops it */
export function startKeeping(): () => void {
  const stops = [
    useEditorsStore.subscribe((state, before) => {
      if (state.phase !== 'ready') return;
      if (state.activeId !== before.activeId || state.tabs.length !== before.tabs.length || state.tabs.some((tab, i) => tab.id !== before.tabs[i]?.id)) {
        arrangeSoon();
      }
    }),
    useSystem.subscribe((state, before) => {
      if (state.storage.state === 'ok' && before.storage.state !== 'ok') void scheduler.flush();
    }),
    useConnection.subscribe((state, before) => {
      if (state.status === 'connected' && before.status !== 'connected') void scheduler.flush();
    }),
  ];
  const flush = (): void => void scheduler.flush();
  function onHide(): void {
    if (document.visibilityState === 'hidden') flush();
  }
  function onLeave(event: BeforeUnloadEvent): void {
    // Only when leaving would lose text: saving fails, or the core is away.
    const cannotKeep = useEditorsStore.getState().keeping === 'failing' || useConnection.getState().status !== 'connected';
    if (cannotKeep && isUnkept() && !leaving) {
      event.preventDefault();
      // A browser asks by itself; Electron would just not close.
      if (location.protocol === 'app:') void askToLeave();
    }
    flush();
  }
  window.addEventListener('blur', flush);
  window.addEventListener('pagehide', flush);
  window.addEventListener('beforeunload', onLeave);
  document.addEventListener('visibilitychange', onHide);
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener('blur', flush);
    window.removeEventListener('pagehide', flush);
    window.removeEventListener('beforeunload', onLeave);
    document.removeEventListener('visibilitychange', onHide);
  };
}
