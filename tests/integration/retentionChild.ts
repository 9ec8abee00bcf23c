import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { Settings } from '../../contract/settings.ts';
import { openStorage } from '../../main/core/database/index.ts';
import { retentionStep } from '../../main/core/runs/retention.ts';

/** Clears away, step by step, until it is killed or nothing is left to do; says a line for each step. */
async function work(home: string, keepRunsCount: number): Promise<void> {
  const storage = await openStorage({ path: join(home, 'pyexekube.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
  const settings = Settings.parse({ keepRunsCount, keepVersionsPerFile: 1 });
  writeSync(1, 'ready\n');
  while (retentionStep(storage, settings, { bump: () => undefined, deleted: () => undefined })) writeSync(1, 'step\n');
  await storage.close();
}

await work(process.argv[2] ?? '', Number(process.argv[3]));
