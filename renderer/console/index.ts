export { ConsolePanel } from './ConsolePanel.tsx';
export { setSearching, useConsoleStore, type ConsoleTab, type InputRequest } from './consoleStore.ts';
export { closeRun, openLiveRun, openStoredRun, type LiveConsole } from './sessions.ts';
export { StatusGlyph } from './StatusGlyph.tsx';
export { endText } from './RunFooter.tsx';
