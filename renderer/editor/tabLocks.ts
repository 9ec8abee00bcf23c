import type { TabId } from '../../contract/ids.ts';

/**
 * One tab is open in one window at a time: two windows that both edit one text would overwrite each other's. Web Locks end with
 * the window, however it ends, so nothing has to be cleaned up after a crash.
 */
const releases = new Map<TabId, () => void>();

/** A window that is reloaded lets go of its locks a moment after the new page has started. */
const waitMs = 400;

/** Takes a tab for this window. @returns false if another window has it */
export async function takeTab(id: TabId): Promise<boolean> {
  if (releases.has(id) || (await request(id, { ifAvailable: true }))) return true;
  if (await request(id, { signal: AbortSignal.timeout(waitMs) })) return true;
  // In a busy window the time may be up before the answer was heard.
  return request(id, { ifAvailable: true });
}

/** Lets another window open the tab. */
export function leaveTab(id: TabId): void {
  releases.get(id)?.();
  releases.delete(id);
}

function request(id: TabId, options: LockOptions): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(`pyexekube-tab-${id}`, options, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<void>((release) => releases.set(id, release));
      })
      .catch(() => resolve(false));
  });
}
