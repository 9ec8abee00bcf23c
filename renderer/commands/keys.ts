/**
 * Keys are written `Mod+Shift+P`: modifiers Mod (Command on a Mac, Control elsewhere), Control, Alt, Shift, Meta, then
 * one key as KeyboardEvent.key names it (`Enter`, `F6`, `ArrowLeft`), or a letter, digit or sign.
 */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const macNames: Record<string, string> = { Mod: '⌘', Meta: '⌘', Control: '⌃', Alt: '⌥', Shift: '⇧' };
const keyNames: Record<string, string> = { Enter: '↵', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', ' ': 'Space' };

/** Whether this press is that key. Letters and digits match by position, too: Alt changes what they type on a Mac. */
export function matchesKey(press: KeyPress, key: string, mac: boolean): boolean {
  const parts = key.split('+');
  const last = parts.pop() ?? '';
  const wants = (name: string): boolean => parts.includes(name);
  const control = wants('Control') || (!mac && wants('Mod'));
  const meta = wants('Meta') || (mac && wants('Mod'));
  if (press.ctrlKey !== control || press.metaKey !== meta || press.altKey !== wants('Alt') || press.shiftKey !== wants('Shift')) return false;
  if (press.key.toLowerCase() === last.toLowerCase()) return true;
  if (/^[a-z]$/i.test(last)) return wants('Alt') && press.code === `Key${last.toUpperCase()}`;
  if (/^[0-9]$/.test(last)) return press.code === `Digit${last}`;
  return false;
}

/** Whether the press would type or move the caret in a text field, were it no command's key. */
export function typesText(press: KeyPress): boolean {
  return !press.ctrlKey && !press.metaKey && !press.altKey && !/^F[0-9]+$/.test(press.key);
}

/** How the key is shown: `Ctrl+Shift+P`, on a Mac `⇧⌘P`. */
export function formatKey(key: string, mac: boolean): string {
  const parts = key.split('+');
  const last = parts.pop() ?? '';
  if (mac) {
    const order = ['Control', 'Alt', 'Shift', 'Meta', 'Mod'];
    parts.sort((a, b) => order.indexOf(a) - order.indexOf(b));
    return parts.map((part) => macNames[part] ?? part).join('') + (keyNames[last] ?? last);
  }
  const names = parts.map((part) => (part === 'Mod' || part === 'Control' ? 'Ctrl' : part));
  return [...names, last === 'Enter' ? 'Enter' : (keyNames[last] ?? last)].join('+');
}

/** The key as the attribute aria-keyshortcuts wants it. */
export function ariaKey(key: string, mac: boolean): string {
  return key
    .split('+')
    .map((part) => (part === 'Mod' ? (mac ? 'Meta' : 'Control') : part === ' ' ? 'Space' : part))
    .join('+');
}

/** Whether the window runs on a Mac. */
export const isMac: boolean = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
