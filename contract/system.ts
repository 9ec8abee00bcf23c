import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';

/**
 * How the storage is: `ok`; `readOnly` while nothing can be written (why, since when), and it recovers by itself.
 */
export const StorageState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ok') }),
  z.object({ state: z.literal('readOnly'), reason: z.string(), sinceMs: z.number().int() }),
]);
export type StorageState = z.infer<typeof StorageState>;

/** Something that the person must be told once, such as a database that was set aside. */
export const Notice = z.object({
  id: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  /** What happened, why, and what to do. */
  message: z.string(),
});
export type Notice = z.infer<typeof Notice>;

export const SystemInfo = z.object({
  appVersion: z.string(),
  host: z.enum(['electron', 'server', 'test']),
  /** `linux`, `darwin`, `win32` */
  platform: z.string(),
  /** Separator of paths on the core's system. */
  pathSeparator: z.enum(['/', '\\']),
  homeFolder: z.string(),
  /** Where database, output and settings are kept. */
  dataFolder: z.string(),
  /** Whether files.pick shows the system's dialog. */
  nativeDialogs: z.boolean(),
});
export type SystemInfo = z.infer<typeof SystemInfo>;

export const systemContract = {
  info: procedure.output(SystemInfo),
  /** State of the storage and all notices that are not dismissed, now and after each change. Cancelling ends it. */
  watch: procedure.output(eventIterator(z.object({ storage: StorageState, notices: z.array(Notice) }))),
  dismissNotice: procedure.input(z.object({ id: z.string().max(200) })).output(z.object({})),
};
