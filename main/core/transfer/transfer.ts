import { open } from 'node:fs/promises';
import type { TransferProgress } from '../../../contract/transfer.ts';
import type { Events } from '../feed.ts';
import { translated } from '../files/index.ts';
import { createCapsules, type Capsules, type CapsulesDependencies } from './capsules.ts';
import { writeHistory } from './historyExport.ts';
import { readHistory } from './historyImport.ts';
import { progressOf } from './progress.ts';
import { writeTarget } from './target.ts';

/** Runs that go out of this history and come into it. */
export interface Transfer extends Capsules {
  exportHistory(path: string, overwrite: boolean, signal: AbortSignal | undefined): Events<TransferProgress>;
  importHistory(path: string, signal: AbortSignal | undefined): Events<TransferProgress>;
}

export interface TransferDependencies extends CapsulesDependencies {
  /** Saved searches came in. */
  searchesChanged(): void;
}

export function createTransfer(deps: TransferDependencies): Transfer {
  const { storage, feed, textIndex } = deps;

  async function importFrom(path: string, tell: (state: TransferProgress) => void, signal: AbortSignal): Promise<void> {
    const file = await open(path, 'r');
    try {
      await readHistory(deps, file, tell, signal);
    } finally {
      await file.close();
      storage.write((sql) => feed.bump(sql));
      feed.reset();
      deps.searchesChanged();
      textIndex.schedule();
    }
  }

  return {
    ...createCapsules(deps),
    exportHistory: (path, overwrite, signal) => progressOf((tell, stop) => writeTarget(path, overwrite, (file) => writeHistory(deps, file, tell, stop)), signal),
    importHistory: (path, signal) => progressOf((tell, stop) => translated(`Cannot read ${path}`, () => importFrom(path, tell, stop)), signal),
  };
}
