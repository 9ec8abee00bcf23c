import type { Settings } from '../../contract/settings.ts';

/** What is drawn, after the setting and the system: the names of the blocks in styles.css. */
export type Theme = 'light' | 'dark' | 'contrast-dark' | 'contrast-light';

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
