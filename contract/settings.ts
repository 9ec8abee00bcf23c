import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';

export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark', 'highContrast']).default('system'),
  editorFontFamily: z.string().max(500).default(''),
  /** CSS pixels. */
  editorFontSize: z.number().int().min(8).max(40).default(14),
  editorTabSize: z.number().int().min(1).max(8).default(4),
  editorWordWrap: z.boolean().default(false),
  editorMinimap: z.boolean().default(false),
  consoleFontSize: z.number().int().min(8).max(40).default(13),
  consoleWrap: z.boolean().default(true),
  /** How the time of a line is shown beside it. */
  consoleTimes: z.enum(['off', 'relative', 'local', 'utc']).default('off'),
  /** Lines that are JSON objects are shown as fields. */
  consoleJson: z.boolean().default(false),
  /** Days that a run is kept that is not pinned; 0 for ever. */
  keepRunsDays: z.number().int().min(0).max(36_500).default(0),
  /** Runs that are kept at most, pinned ones aside; 0 for all. */
  keepRunsCount: z.number().int().min(0).max(10_000_000).default(0),
  /** Megabytes (10**6 bytes) of output that are kept at most, pinned runs aside; 0 for all. */
  keepOutputMegabytes: z.number().int().min(0).max(10_000_000).default(0),
  /** Versions of a file that was run which are kept at most; 0 for all. */
  keepVersionsPerFile: z.number().int().min(0).max(100_000).default(200),
  /** How many backups of the database are kept. */
  keepBackups: z.number().int().min(1).max(100).default(5),
  /** Whether the welcome page shows at a start without tabs. */
  showWelcome: z.boolean().default(true),
  /** Where Run on cluster goes: id of a connection; empty for none. */
  target: z.string().max(200).default(''),
  /** Id of the job profile that was chosen last; empty for the first. */
  profile: z.string().max(100).default(''),
  /** Opaque layout of the window's panels, as JSON text. */
  layout: z.string().max(64 * 1024).default(''),
});
export type Settings = z.infer<typeof Settings>;

export const SettingsPatch = z.object(
  Object.fromEntries(Object.entries(Settings.shape).map(([key, schema]) => [key, schema.unwrap().optional()])) as {
    [K in keyof typeof Settings.shape]: z.ZodOptional<ReturnType<(typeof Settings.shape)[K]['unwrap']>>;
  },
);
export type SettingsPatch = z.infer<typeof SettingsPatch>;

export const settingsContract = {
  get: procedure.output(Settings),
  /** Changes some settings; all of them come back. */
  set: procedure.input(SettingsPatch).output(Settings),
  /** The settings now, and after each change. Cancelling ends it. */
  watch: procedure.output(eventIterator(Settings)),
};
