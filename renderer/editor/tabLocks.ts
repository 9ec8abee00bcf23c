import type { TabId } from '../../contract/ids.ts';

/**
 * One tab is open in one window at a time: two windows that both edit one text would overwrite each other's. Web Locks end with
 * the window, however it ends, so nothing has to be cleaned up after a crash.
 */
const releases = new Map<TabId, () => void>();

/** A window that is reloaded lets go of its locks a moment after the new page has started. */
const waitMs = 400;

/** Takes a tab for this window. @returns false if another window has it */
export function takeTab(id: TabId): Promise<boolean> {
  return new Promise((resolve) => {
    const request = navigator.locks.request(`pyexekube-tab-${id}`, { signal: AbortSignal.timeout(waitMs) }, () => {
      resolve(true);
      return new Promise<void>((release) => releases.set(id, release));
    });
    request.catch(() => resolve(false));
  });
}

/** Lets another window open the tab. */
export function leaveTab(id: TabId): void {
  releases.get(id)?.();
  releases.delete(id);
}
