export { ConsolePanel } from './ConsolePanel.tsx';
export { setSearching, updateTab as updateConsoleTab, useConsoleStore, type ConsoleTab, type InputRequest } from './consoleStore.ts';
export { closeRun, openLiveRun, openStoredRun, type LiveConsole, type RecordListener } from './sessions.ts';
export { StatusGlyph } from './StatusGlyph.tsx';
export { endText } from './RunFooter.tsx';
export { consoleCommands } from './consoleCommands.ts';
