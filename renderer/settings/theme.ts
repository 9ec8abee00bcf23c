import { create } from 'zustand';
import type { Settings } from '../../contract/settings.ts';
import { useSettings } from './settingsStore.ts';
import { resolveTheme, type Theme } from './themeChoice.ts';

const rememberedKey = 'pyexekube.theme';

function queries(): { dark: MediaQueryList; contrast: MediaQueryList } {
  return { dark: matchMedia('(prefers-color-scheme: dark)'), contrast: matchMedia('(prefers-contrast: more)') };
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
