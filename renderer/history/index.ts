export { HistoryPanel } from './HistoryPanel.tsx';
export { historyCommands } from './historyCommands.ts';
