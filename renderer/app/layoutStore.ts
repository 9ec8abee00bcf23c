import { z } from 'zod';
import { create } from 'zustand';
import { changeSettings, useSettings } from '../settings/index.ts';

export const sideViews = ['Files', 'History', 'Cluster', 'Connections', 'Settings'] as const;
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

/** Whether the layout of the last time has been taken: panels that were drawn before take their sizes then. */
export const useLayoutRestored = create<{ restored: boolean }>()(() => ({ restored: false }));

/** The sizes of exactly these panels as remembered; null unless all are known and fill their group. */
export function sizesFor(sizes: Record<string, number>, ids: readonly string[]): Record<string, number> | null {
  const known = ids.map((id) => [id, sizes[id] ?? 0] as const);
  const sum = known.reduce((total, [, size]) => total + size, 0);
  return Math.abs(sum - 100) < 0.5 && known.every(([, size]) => size > 0) ? Object.fromEntries(known) : null;
}

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

/** The sizes now, for panels that are about to be drawn; panels that are drawn already know their own. */
export function rememberedSizes(): Record<string, number> {
  return useLayout.getState().sizes;
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

  const atStart = useLayout.getState();

  function restore(): void {
    const { loaded, settings } = useSettings.getState();
    if (!loaded || restored) return;
    const kept = parseLayout(settings.layout);
    // What the person opened or hid before the settings came stays as they wanted it.
    const { side, right, console } = useLayout.getState();
    const wanted = {
      ...(side === atStart.side ? {} : { side }),
      ...(right === atStart.right ? {} : { right }),
      ...(console === atStart.console ? {} : { console }),
    };
    useLayout.setState({ ...kept, ...wanted });
    restored = true;
    useLayoutRestored.setState({ restored: true });
    if (Object.keys(wanted).length > 0) keep();
  }

  function keep(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void changeSettings({ layout: JSON.stringify(useLayout.getState()) }), 500);
  }

  restore();
  const stops = [
    useSettings.subscribe(restore),
    useLayout.subscribe(() => {
      if (restored) keep();
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
