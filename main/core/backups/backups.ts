import { AppError } from '../../../contract/errors.ts';
import type { BackupInfo } from '../../../contract/backups.ts';
import { momentText, type Storage } from '../database/index.ts';

export interface Backups {
  list(): { folder: string; backups: BackupInfo[] };
  make(): Promise<BackupInfo>;
  restore(name: string): Promise<{ message: string }>;
}

function noSuch(): AppError {
  return new AppError('NOT_FOUND', 'There is no such backup any more.', { action: 'Look at the list again.' });
}

export function createBackups(storage: Storage): Backups {
  return {
    list: () => ({ folder: storage.backupFolder, backups: storage.backups() }),
    async make() {
      await storage.backUpNow();
      const [newest] = storage.backups();
      if (newest === undefined) throw noSuch();
      return newest;
    },
    async restore(name) {
      const backup = storage.backups().find((one) => one.name === name);
      if (backup === undefined) throw noSuch();
      const running = storage.read((sql) => sql.get<{ n: number }>("SELECT count(*) AS n FROM runs WHERE status IN ('running', 'queued')")?.n ?? 0);
      if (running > 0) {
        throw new AppError('CONFLICT', `${running === 1 ? 'A run is' : `${running} runs are`} still going on; nothing was changed.`, { action: running === 1 ? 'Wait for it, or stop it first.' : 'Wait for them, or stop them first.' });
      }
      const message = await storage.restore(name, () => {
        const backups = storage.backups();
        const lost = backups.find((one) => one.name === name)?.content?.missingRuns ?? 0;
        const before = backups[0]?.madeMs ?? Date.now();
        return (
          `The backup of ${momentText(new Date(backup.madeMs))} was restored. ` +
          `${lost === 0 ? 'No run was lost by it' : `${lost === 1 ? 'One run that is not in it is' : `${lost} runs that are not in it are`} gone from the history`}; ` +
          `tabs and settings are as they were then. The state before is kept as the backup of ${momentText(new Date(before))}.`
        );
      });
      return { message };
    },
  };
}
