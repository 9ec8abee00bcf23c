export { SettingsPanel } from './SettingsPanel.tsx';
export { changeSettings, followSettings, useSettings } from './settingsStore.ts';
export { followTheme, useTheme } from './theme.ts';
export type { Theme } from './themeChoice.ts';
