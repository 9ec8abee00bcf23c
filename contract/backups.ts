import { z } from 'zod';
import { procedure } from './base.ts';

export const BackupInfo = z.object({
  /** Its file's name within the folder. */
  name: z.string().max(200),
  /** Milliseconds since 1970. */
  madeMs: z.number().int(),
  bytes: z.number().int().min(0),
  /** Null when it cannot be read: damaged, or from a newer release. */
  content: z
    .object({
      runs: z.number().int().min(0),
      /** Runs of now that it does not have: restoring it loses them. */
      missingRuns: z.number().int().min(0),
    })
    .nullable(),
});
export type BackupInfo = z.infer<typeof BackupInfo>;

export const backupsContract = {
  /** Backups of the database, newest first, and where they are. */
  list: procedure.output(z.object({ folder: z.string(), backups: z.array(BackupInfo) })),

  /** Makes one now, while the database is used. @throws STORAGE_READ_ONLY the disk has no room for it */
  make: procedure.output(BackupInfo),

  /**
   * Puts a backup in the place of history, tabs and settings, in one step that is whole or not at all. What was there before becomes a backup
   * first. `message` says what is lost.
   * @throws NOT_FOUND · CONFLICT something is running · STORAGE_CORRUPT it is damaged · STORAGE_NEWER · STORAGE_READ_ONLY
   */
  restore: procedure.input(BackupInfo.pick({ name: true })).output(z.object({ message: z.string() })),
};
