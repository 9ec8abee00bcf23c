import { z } from 'zod';
import { create } from 'zustand';
import { changeSettings, useSettings } from '../settings/index.ts';

export const sideViews = ['Files', 'History', 'Settings'] as const;
export type SideView = (typeof sideViews)[number];

/** What of the window is shown, and how big; sizes are percentages of the group that the panel is in. */
const Layout = z.object({
  side: z.enum(sideViews).nullable().default(null),
  right: z.boolean().default(true),
  console: z.boolean().default(true),
  sizes: z.record(z.string(), z.number().min(0).max(100)).default({}),
});
export type Layout = z.infer<typeof Layout>;

export const useLayout = create<Layout>()(() => Layout.parse({}));

/** The layout kept in the settings, or the usual one when there is none or it is damaged. */
export function parseLayout(text: string): Layout {
  if (text === '') return Layout.parse({});
  try {
    return Layout.catch(Layout.parse({})).parse(JSON.parse(text));
  } catch {
    return Layout.parse({});
  }
}

/** Shows a view at the side; showing what is shown hides it. */
export function toggleSide(view: SideView): void {
  useLayout.setState((state) => ({ side: state.side === view ? null : view }));
}

export function showSide(view: SideView): void {
  useLayout.setState({ side: view });
}

export function rememberSizes(sizes: Record<string, number>): void {
  useLayout.setState((state) => ({ sizes: { ...state.sizes, ...sizes } }));
}

/**
 * Takes the layout of the last time, once the settings are here, and keeps changes from then on. Another window's layout is its own:
 * it is read only at the start.
 * @returns stops it
 */
export function keepLayout(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restored = false;

  function restore(): void {
    const { loaded, settings } = useSettings.getState();
    if (!loaded || restored) return;
    useLayout.setState(parseLayout(settings.layout));
    restored = true;
  }

  restore();
  const stops = [
    useSettings.subscribe(restore),
    useLayout.subscribe((state) => {
      if (!restored) return;
      clearTimeout(timer);
      timer = setTimeout(() => void changeSettings({ layout: JSON.stringify(state) }), 500);
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
