import { create } from 'zustand';
import type { Settings } from '../../contract/settings.ts';
import { useSettings } from './settingsStore.ts';

/** What is drawn, after the setting and the system: the names of the blocks in styles.css. */
export type Theme = 'light' | 'dark' | 'contrast-dark' | 'contrast-light';

const rememberedKey = 'pyexekube.theme';

function queries(): { dark: MediaQueryList; contrast: MediaQueryList } {
  return { dark: matchMedia('(prefers-color-scheme: dark)'), contrast: matchMedia('(prefers-contrast: more)') };
}

/** The theme that a setting means, on a system that prefers this. */
export function resolveTheme(setting: Settings['theme'], prefersDark: boolean, prefersContrast: boolean): Theme {
  switch (setting) {
    case 'light':
    case 'dark':
      return setting;
    case 'highContrast':
      return 'contrast-dark';
    case 'system':
      if (prefersContrast) return prefersDark ? 'contrast-dark' : 'contrast-light';
      return prefersDark ? 'dark' : 'light';
  }
}

function parseSetting(text: string | null): Settings['theme'] {
  return text === 'light' || text === 'dark' || text === 'highContrast' ? text : 'system';
}

/** The setting as it was at the last start, so that the first paint has its colours before the core answers. */
function rememberedSetting(): Settings['theme'] {
  return parseSetting(localStorage.getItem(rememberedKey));
}

function currentTheme(): Theme {
  const { loaded, settings } = useSettings.getState();
  const { dark, contrast } = queries();
  return resolveTheme(loaded ? settings.theme : rememberedSetting(), dark.matches, contrast.matches);
}

export const useTheme = create<{ theme: Theme }>()(() => ({ theme: 'light' }));

/** Draws the theme, now and after each change of setting or system. Before the first render. @returns stops it */
export function followTheme(): () => void {
  function apply(): void {
    const theme = currentTheme();
    document.documentElement.dataset['theme'] = theme;
    useTheme.setState({ theme });
  }
  apply();
  const { dark, contrast } = queries();
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  const stop = useSettings.subscribe(({ loaded, settings }) => {
    if (loaded) localStorage.setItem(rememberedKey, settings.theme);
    apply();
  });
  return () => {
    dark.removeEventListener('change', apply);
    contrast.removeEventListener('change', apply);
    stop();
  };
}
