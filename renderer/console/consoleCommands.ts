import type { Command } from '../commands/index.ts';
import { changeSettings, useSettings } from '../settings/index.ts';
import { setFiltering, setGoing, setSaving, setSearching, useConsoleStore } from './consoleStore.ts';
import { timeModes } from './times.ts';

const hasOutput = (): boolean => useConsoleStore.getState().activeId !== null;

const timeTitles = { off: 'Show no times beside the output', relative: 'Show times since the start', local: 'Show local times', utc: 'Show times in UTC' } as const;

/** What can be done with the output in front. */
export const consoleCommands: Command[] = [
  { id: 'console.search', title: 'Search output', category: 'Console', keys: ['Mod+Alt+F'], isEnabled: hasOutput, run: () => setSearching(true) },
  { id: 'console.filter', title: 'Filter output', category: 'Console', keys: ['Mod+Alt+L'], isEnabled: hasOutput, run: () => setFiltering(true) },
  { id: 'console.goTo', title: 'Go to a line or time of the output', category: 'Console', keys: ['Mod+Alt+G'], isEnabled: hasOutput, run: () => setGoing(true) },
  { id: 'console.save', title: 'Save the output as a file', category: 'Console', isEnabled: hasOutput, run: () => setSaving(true) },
  ...timeModes.map((mode): Command => ({ id: `console.times.${mode}`, title: timeTitles[mode], category: 'Console', run: () => void changeSettings({ consoleTimes: mode }) })),
  {
    id: 'console.fields',
    title: 'Show the fields of JSON lines, or the lines',
    category: 'Console',
    run: () => void changeSettings({ consoleJson: !useSettings.getState().settings.consoleJson }),
  },
  {
    id: 'console.wrap',
    title: 'Wrap lines of the output, or not',
    category: 'Console',
    run: () => void changeSettings({ consoleWrap: !useSettings.getState().settings.consoleWrap }),
  },
];
