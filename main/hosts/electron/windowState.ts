import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Where the window was, in device-independent pixels. */
const WindowState = z.object({
  x: z.number().int().exactOptional(),
  y: z.number().int().exactOptional(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof WindowState>;

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

const first: WindowState = { width: 1280, height: 800, maximized: false };

/** How the window was when it was closed last; what cannot be read counts as never. */
export function readWindowState(file: string): WindowState {
  try {
    return WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return first;
  }
}

/** The state is a convenience: one that cannot be written is let go. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeFileSync(file, JSON.stringify(state));
  } catch {
    return;
  }
}

/** Leaves the place to the system when the screen that it was on is gone: some of the title bar must be within reach. */
export function placeOnScreen(state: WindowState, screens: readonly Area[]): WindowState {
  const { x, y } = state;
  if (x === undefined || y === undefined) return state;
  const reachable = screens.some(
    (area) => x + state.width > area.x + 100 && x < area.x + area.width - 100 && y >= area.y && y < area.y + area.height - 50,
  );
  if (reachable) return state;
  return { width: state.width, height: state.height, maximized: state.maximized };
}
