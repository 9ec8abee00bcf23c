import { findTab, useConsoleStore } from './consoleStore.ts';
import type { ConsoleSession } from './sessions.ts';

/**
 * Resolves when the core has all that is shown of a run now: what a script prints is on the screen a moment before it is on disk. At once while
 * storing it has to wait, since the console says so.
 */
export function whenStored({ runId, log }: Pick<ConsoleSession, 'runId' | 'log'>): Promise<void> {
  const { lastSeq } = log;
  const isOver = (): boolean => log.storedSeq >= lastSeq || typeof findTab(runId)?.waiting === 'string';
  return new Promise((resolve) => {
    if (isOver()) return resolve();
    const stops = [log.onStored(look), useConsoleStore.subscribe(look)];
    function look(): void {
      if (!isOver()) return;
      for (const stop of stops) stop();
      resolve();
    }
  });
}
