import type { editor } from 'monaco-editor/editor';
import { z } from 'zod';

/** As much of Monaco's view state as it needs to take one back; what is in `contributionsState` belongs to its parts (folding). */
const ViewState = z.object({
  cursorState: z.array(
    z.object({
      inSelectionMode: z.boolean(),
      selectionStart: z.object({ lineNumber: z.number(), column: z.number() }),
      position: z.object({ lineNumber: z.number(), column: z.number() }),
    }),
  ),
  viewState: z.object({
    scrollLeft: z.number(),
    firstPosition: z.object({ lineNumber: z.number(), column: z.number() }),
    firstPositionDeltaTop: z.number(),
  }),
  contributionsState: z.record(z.string(), z.unknown()),
});

/** Reads a kept view state; null when there is none, or when it is not one (another version wrote it). */
export function parseViewState(text: string | null): editor.ICodeEditorViewState | null {
  if (text === null) return null;
  try {
    const parsed = ViewState.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
