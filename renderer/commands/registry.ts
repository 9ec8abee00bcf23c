import { create } from 'zustand';
import { reportError } from '../ui/notify/index.ts';
import { formatKey, isMac, matchesKey, typesText, type KeyPress } from './keys.ts';

/** An action that has a name: in the palette, in the list of keys, on a key. */
export interface Command {
  /** `run.file` */
  id: string;
  /** `Run the file` */
  title: string;
  /** `Run`: groups the palette. */
  category: string;
  /** `Mod+Enter`; the first is shown. Heeded in the whole window; a key that also types (`Shift+Enter`) only in the editor. */
  keys?: string[];
  /** `editor`: its keys are the editor's own, which handles them itself; they are only shown. By default `window`. */
  scope?: 'window' | 'editor';
  run(): void | Promise<void>;
  /** By default always. */
  isEnabled?(): boolean;
}

interface CommandsState {
  commands: ReadonlyMap<string, Command>;
  /** Ids as last used, newest first. */
  recent: readonly string[];
}

export const useCommandsStore = create<CommandsState>()(() => ({ commands: new Map(), recent: [] }));

/** Makes commands known. @returns takes them away again */
export function registerCommands(commands: Command[]): () => void {
  useCommandsStore.setState((state) => ({ commands: new Map([...state.commands, ...commands.map((one) => [one.id, one] as const)]) }));
  return () => {
    useCommandsStore.setState((state) => {
      const rest = new Map(state.commands);
      for (const one of commands) if (rest.get(one.id) === one) rest.delete(one.id);
      return { commands: rest };
    });
  };
}

/** Runs a command if it is known and enabled; what it throws is shown to the person. */
export function runCommand(id: string): void {
  const command = useCommandsStore.getState().commands.get(id);
  if (command === undefined || command.isEnabled?.() === false) return;
  useCommandsStore.setState((state) => ({ recent: [id, ...state.recent.filter((one) => one !== id)].slice(0, 8) }));
  try {
    Promise.resolve(command.run()).catch(reportError);
  } catch (error) {
    reportError(error);
  }
}

/** The enabled command that this key press means, or null. */
export function commandForKey(press: KeyPress): Command | null {
  for (const command of useCommandsStore.getState().commands.values()) {
    if (command.scope !== 'editor' && command.keys?.some((key) => matchesKey(press, key, isMac)) === true && command.isEnabled?.() !== false) return command;
  }
  return null;
}

/** The first key of a command as it is shown, or null: `Ctrl+Enter`. Re-renders when it changes. */
export function useCommandKey(id: string): string | null {
  return useCommandsStore((state) => {
    const key = state.commands.get(id)?.keys?.[0];
    return key === undefined ? null : formatKey(key, isMac);
  });
}

/** Listens for keys in the whole window, before anything inside it (the editor has keys of its own). @returns stops it */
export function listenForKeys(target: Window): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const where = event.target instanceof Element ? event.target : null;
    // A dialog asks something: nothing behind it may move.
    if (where?.closest('[role=dialog],[role=alertdialog]')) return;
    if (typesText(event) && where?.closest('.monaco-editor') == null) return;
    const command = commandForKey(event);
    if (command === null) return;
    event.preventDefault();
    event.stopPropagation();
    runCommand(command.id);
  }
  target.addEventListener('keydown', onKeyDown, { capture: true });
  return () => target.removeEventListener('keydown', onKeyDown, { capture: true });
}
