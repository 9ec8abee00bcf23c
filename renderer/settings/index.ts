export { changeSettings, followSettings, useSettings } from './settingsStore.ts';
export { followTheme, useTheme, type Theme } from './theme.ts';
