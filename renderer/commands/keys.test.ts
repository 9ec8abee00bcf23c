import { describe, expect, it } from 'vitest';
import { ariaKey, formatKey, matchesKey, typesText, type KeyPress } from './keys.ts';

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

describe('matchesKey', () => {
  it('takes Mod for Control, on a Mac for Command', () => {
    expect(matchesKey(press('Enter', { ctrlKey: true }), 'Mod+Enter', false)).toBe(true);
    expect(matchesKey(press('Enter', { metaKey: true }), 'Mod+Enter', false)).toBe(false);
    expect(matchesKey(press('Enter', { metaKey: true }), 'Mod+Enter', true)).toBe(true);
    expect(matchesKey(press('Enter', { ctrlKey: true }), 'Mod+Enter', true)).toBe(false);
  });

  it('wants exactly the modifiers that are named', () => {
    expect(matchesKey(press('P', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+P', false)).toBe(true);
    expect(matchesKey(press('p', { ctrlKey: true }), 'Mod+Shift+P', false)).toBe(false);
    expect(matchesKey(press('s', { ctrlKey: true, shiftKey: true }), 'Mod+S', false)).toBe(false);
    expect(matchesKey(press('F6'), 'F6', false)).toBe(true);
    expect(matchesKey(press('F6', { shiftKey: true }), 'F6', false)).toBe(false);
  });

  it('knows a letter by its place where Alt changes what it types', () => {
    expect(matchesKey(press('˜', { altKey: true, code: 'KeyN' }), 'Alt+N', true)).toBe(true);
    expect(matchesKey(press('ö', { ctrlKey: true, code: 'Semicolon' }), 'Mod+;', false)).toBe(false);
  });
});

describe('typesText', () => {
  it('is true for what a text field would take', () => {
    expect(typesText(press('Enter', { shiftKey: true }))).toBe(true);
    expect(typesText(press('a'))).toBe(true);
    expect(typesText(press('F6'))).toBe(false);
    expect(typesText(press('Enter', { ctrlKey: true }))).toBe(false);
  });
});

describe('how keys are shown', () => {
  it('follows the system', () => {
    expect(formatKey('Mod+Shift+P', false)).toBe('Ctrl+Shift+P');
    expect(formatKey('Mod+Shift+P', true)).toBe('⇧⌘P');
    expect(formatKey('Mod+Enter', false)).toBe('Ctrl+Enter');
    expect(formatKey('Mod+Enter', true)).toBe('⌘↵');
    expect(ariaKey('Mod+K', false)).toBe('Control+K');
  });
});
