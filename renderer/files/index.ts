export { fileCommands } from './fileCommands.ts';
export { FilesPanel } from './FilesPanel.tsx';
