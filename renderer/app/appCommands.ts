import { flushSync } from 'react-dom';
import { clusterCommands } from '../cluster/index.ts';
import { showPalette, showShortcuts, type Command } from '../commands/index.ts';
import { connectionCommands } from '../connections/index.ts';
import { consoleCommands } from '../console/index.ts';
import { useEditorsStore } from '../editor/index.ts';
import { fileCommands } from '../files/index.ts';
import { historyCommands } from '../history/index.ts';
import { profileCommands } from '../profiles/index.ts';
import { changeSettings, useSettings } from '../settings/index.ts';
import { showSide, sideViews, toggleSide, useLayout, type SideView } from './layoutStore.ts';
import { focusNextRegion, focusRegionNamed } from './regions.ts';

const viewKeys: Record<SideView, string> = { Files: 'Mod+Shift+E', History: 'Mod+Shift+H', Cluster: 'Mod+Shift+Y', Connections: 'Mod+Alt+K', Settings: 'Mod+,' };

/** Draws a region that was asked for, and focuses it: what is typed next belongs there already. */
function goTo(name: string): void {
  flushSync(() => undefined);
  if (!focusRegionNamed(name)) requestAnimationFrame(() => requestAnimationFrame(() => focusRegionNamed(name)));
}

function changeFontSize(by: number): void {
  const { editorFontSize } = useSettings.getState().settings;
  void changeSettings({ editorFontSize: Math.max(8, Math.min(40, editorFontSize + by)) });
}

const themes = [
  ['system', 'Theme: as the system'],
  ['light', 'Theme: light'],
  ['dark', 'Theme: dark'],
  ['highContrast', 'Theme: high contrast'],
] as const;

/** What concerns the window as a whole. */
export const appCommands: Command[] = [
  { id: 'palette.show', title: 'Show all commands', category: 'Help', keys: ['Mod+K', 'F1', 'Mod+Shift+P'], run: showPalette },
  { id: 'help.shortcuts', title: 'Keyboard shortcuts', category: 'Help', keys: ['Mod+Shift+/'], run: showShortcuts },
  { id: 'help.welcome', title: 'Welcome', category: 'Help', run: () => useEditorsStore.setState({ activeId: null }) },
  ...sideViews.map(
    (view): Command => ({
      id: `view.${view.toLowerCase()}`,
      title: `Show ${view}`,
      category: 'View',
      keys: [viewKeys[view]],
      run: () => {
        toggleSide(view);
        if (useLayout.getState().side === view) goTo(view);
      },
    }),
  ),
  {
    id: 'view.console',
    title: 'Show or hide the console',
    category: 'View',
    keys: ['Mod+J'],
    run: () => useLayout.setState((state) => ({ console: !state.console })),
  },
  {
    id: 'view.right',
    title: 'Show or hide variables and plots',
    category: 'View',
    keys: ['Mod+Alt+B'],
    run: () => useLayout.setState((state) => ({ right: !state.right })),
  },
  { id: 'view.hideSide', title: 'Hide the side panel', category: 'View', keys: ['Mod+B'], isEnabled: () => useLayout.getState().side !== null, run: () => useLayout.setState({ side: null }) },
  {
    id: 'view.goConsole',
    title: 'Go to the console',
    category: 'View',
    run: () => {
      useLayout.setState({ console: true });
      goTo('Console');
    },
  },
  { id: 'view.nextRegion', title: 'Go to the next part of the window', category: 'View', keys: ['F6'], run: () => focusNextRegion(1) },
  { id: 'view.previousRegion', title: 'Go to the previous part of the window', category: 'View', keys: ['Shift+F6'], run: () => focusNextRegion(-1) },
  ...themes.map(([theme, title]): Command => ({ id: `theme.${theme}`, title, category: 'Settings', run: () => changeSettings({ theme }) })),
  { id: 'font.bigger', title: 'Bigger editor font', category: 'Settings', keys: ['Mod+Alt+='], run: () => changeFontSize(1) },
  { id: 'font.smaller', title: 'Smaller editor font', category: 'Settings', keys: ['Mod+Alt+-'], run: () => changeFontSize(-1) },
  {
    id: 'settings.wrap',
    title: 'Wrap long lines, or not',
    category: 'Settings',
    keys: ['Alt+Z'],
    run: () => changeSettings({ editorWordWrap: !useSettings.getState().settings.editorWordWrap }),
  },
  ...consoleCommands,
  ...fileCommands(() => showSide('Files')),
  ...connectionCommands(() => {
    showSide('Connections');
    goTo('Connections');
  }),
  ...profileCommands(() => {
    showSide('Cluster');
    goTo('Cluster');
  }),
  ...historyCommands(() => showSide('History')),
  ...clusterCommands(() => {
    showSide('Cluster');
    goTo('Cluster');
  }),
];
