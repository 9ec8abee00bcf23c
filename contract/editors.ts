import { z } from 'zod';
import { procedure } from './base.ts';
import { maxEditableBytes, FileVersion } from './files.ts';
import { TabId } from './ids.ts';

/** One editor tab as it is kept: what was typed, saved or not, survives the application. */
export const EditorTab = z.object({
  id: TabId,
  /** Shown on the tab: `scratch 1`, or the file's name. */
  title: z.string().min(1).max(500),
  /** Null for a scratch tab. */
  path: z.string().max(4096).nullable(),
  text: z.string().max(maxEditableBytes),
  /** The file's version that the text is based on; null for a scratch tab. */
  version: FileVersion.nullable(),
  lineEnding: z.enum(['lf', 'crlf']),
  /** Text differs from the file. Always false for a scratch tab. */
  dirty: z.boolean(),
  /** Opaque view state of the editor (cursor, scroll, folding) as JSON text. */
  viewState: z.string().max(256 * 1024).nullable(),
});
export type EditorTab = z.infer<typeof EditorTab>;

export const editorsContract = {
  /** The tabs in order, and which is active. Empty at the very first start. */
  load: procedure.output(z.object({ tabs: z.array(EditorTab), activeId: TabId.nullable() })),

  /** Saves one tab, new or changed; on disk when it answers. @throws STORAGE_READ_ONLY */
  save: procedure.input(EditorTab).output(z.object({})),

  /**
   * Saves order and active tab. With `closed`, exactly those tabs are forgotten, and tabs that are in neither list stay, behind the
   * others (another window has them open); without it, all tabs that are not in `order` are forgotten.
   * At most the 20 last forgotten ones are kept for `reopen`.
   */
  arrange: procedure
    .input(z.object({ order: z.array(TabId).max(1000), activeId: TabId.nullable(), closed: z.array(TabId).max(1000).optional() }))
    .output(z.object({})),

  /** Brings back the tab that was closed last, or null. */
  reopen: procedure.output(z.object({ tab: EditorTab.nullable() })),
};
