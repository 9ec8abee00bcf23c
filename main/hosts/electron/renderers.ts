import type { BrowserWindow, RenderProcessGoneDetails } from 'electron';

/** More ends than this within reloadWindowMs, and the person is asked before it is loaded again. */
const maxReloads = 3;
const reloadWindowMs = 60_000;

/**
 * Loads a window again whose process ended: a crash of Chromium, or the system's lack of memory. Its tabs, runs and output are in the core; what ran in it
 * counts as interrupted there.
 *
 * @param giveUp asks what to do when it ends again and again; true loads it once more
 */
export function reviveRenderer(window: BrowserWindow, log: (line: string) => void, giveUp: () => Promise<boolean>): void {
  let ends: number[] = [];
  async function gone(details: RenderProcessGoneDetails): Promise<void> {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    log(`The window's process ended: ${details.reason} (exit code ${details.exitCode}). It is loaded again.`);
    const now = Date.now();
    ends = [...ends.filter((at) => now - at < reloadWindowMs), now];
    if (ends.length > maxReloads) {
      if (!(await giveUp())) return window.destroy();
      ends = [];
    }
    if (!window.isDestroyed()) window.reload();
  }
  window.webContents.on('render-process-gone', (_event, details) => void gone(details));
}
