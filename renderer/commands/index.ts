export { ariaKey, formatKey, isMac, matchesKey, type KeyPress } from './keys.ts';
export { Palette } from './Palette.tsx';
export { showPalette, showShortcuts } from './paletteStore.ts';
export { commandForKey, listenForKeys, registerCommands, runCommand, useCommandKey, useCommandsStore, type Command } from './registry.ts';
export { ShortcutsDialog } from './ShortcutsDialog.tsx';
