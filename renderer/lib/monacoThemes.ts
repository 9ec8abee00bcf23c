import type { editor } from 'monaco-editor/editor';
import type { Theme } from '../settings/index.ts';
import type { Monaco } from './monacoLoader.ts';

type Palette = Record<'comment' | 'string' | 'number' | 'keyword' | 'type' | 'delimiter' | 'tag', string>;

interface Look {
  base: editor.BuiltinTheme;
  palette: Palette;
  colors: Record<string, string>;
}

/** The window's tokens (styles.css) as Monaco wants them, and the colours of Python; each at least 4.5:1 on its ground. */
const looks: Record<Theme, Look> = {
  light: {
    base: 'vs',
    palette: { comment: '5f6b7a', string: '0b6b3a', number: '9a4a00', keyword: '8a2bb0', type: '1f5fbf', delimiter: '3d4552', tag: '0f6a75' },
    colors: colorsOf({ surface: '#ffffff', text: '#1b1f27', muted: '#646d7c', line: '#dfe3e9', raised: '#ffffff', accent: '#2f5fd0', selection: '#cfdcf8', current: '#f4f6fa', hover: '#e9ecf1', selected: '#dfe6f5', mark: '#fde9a9', inserted: '#18703a', removed: '#b3222f' }),
  },
  dark: {
    base: 'vs-dark',
    palette: { comment: '8b95a5', string: '8fd6a4', number: 'e8b07a', keyword: 'c9a0f5', type: '8db4ff', delimiter: 'b6bdc9', tag: '7fd0d8' },
    colors: colorsOf({ surface: '#1b1e24', text: '#e3e6eb', muted: '#7d8696', line: '#2b3038', raised: '#22262d', accent: '#93b2ff', selection: '#34436b', current: '#20242b', hover: '#2a2f38', selected: '#2c3750', mark: '#5a4a12', inserted: '#5ecb8b', removed: '#ff8a90' }),
  },
  'contrast-dark': {
    base: 'hc-black',
    palette: { comment: 'b6c2cf', string: '9df0b4', number: 'ffc58a', keyword: 'e0bfff', type: '9fcbff', delimiter: 'ffffff', tag: '8ff0f7' },
    colors: {},
  },
  'contrast-light': {
    base: 'hc-light',
    palette: { comment: '3f4852', string: '004d1c', number: '6b2f00', keyword: '5c007a', type: '072c78', delimiter: '000000', tag: '00444d' },
    colors: {},
  },
};

interface Tokens {
  surface: string;
  text: string;
  muted: string;
  line: string;
  raised: string;
  accent: string;
  selection: string;
  current: string;
  hover: string;
  selected: string;
  mark: string;
  inserted: string;
  removed: string;
}

function colorsOf(tokens: Tokens): Record<string, string> {
  return {
    'editor.background': tokens.surface,
    'editor.foreground': tokens.text,
    'editorLineNumber.foreground': tokens.muted,
    'editorLineNumber.activeForeground': tokens.text,
    'editor.lineHighlightBackground': tokens.current,
    'editor.lineHighlightBorder': '#00000000',
    'editor.selectionBackground': tokens.selection,
    'editor.inactiveSelectionBackground': tokens.selected,
    'editor.findMatchHighlightBackground': tokens.mark,
    'editorCursor.foreground': tokens.accent,
    'editorIndentGuide.background1': tokens.line,
    'editorIndentGuide.activeBackground1': tokens.muted,
    'editorWidget.background': tokens.raised,
    'editorWidget.border': tokens.line,
    'editorHoverWidget.background': tokens.raised,
    'editorHoverWidget.border': tokens.line,
    'editorSuggestWidget.background': tokens.raised,
    'editorSuggestWidget.border': tokens.line,
    'editorSuggestWidget.selectedBackground': tokens.selected,
    'editorSuggestWidget.selectedForeground': tokens.text,
    'input.background': tokens.surface,
    'input.foreground': tokens.text,
    'input.border': tokens.muted,
    'focusBorder': tokens.accent,
    'list.hoverBackground': tokens.hover,
    'list.activeSelectionBackground': tokens.selected,
    'menu.background': tokens.raised,
    'menu.foreground': tokens.text,
    'menu.selectionBackground': tokens.selected,
    'menu.selectionForeground': tokens.text,
    'menu.border': tokens.line,
    'widget.shadow': '#00000030',
    'scrollbar.shadow': '#00000000',
    'editorOverviewRuler.border': '#00000000',
    // As faint as this, or the letters on both of them would not stand out enough.
    'diffEditor.insertedTextBackground': `${tokens.inserted}1f`,
    'diffEditor.insertedLineBackground': `${tokens.inserted}14`,
    'diffEditor.removedTextBackground': `${tokens.removed}1f`,
    'diffEditor.removedLineBackground': `${tokens.removed}14`,
    'editorStickyScroll.background': tokens.surface,
    'editorStickyScroll.border': tokens.line,
  };
}

export function isTheme(name: string): name is Theme {
  return Object.hasOwn(looks, name);
}

/** Monaco's name of the window's theme. */
export function monacoThemeName(theme: Theme): string {
  return `pyexekube-${theme}`;
}

export function defineThemes(monaco: Pick<Monaco, 'editor'>): void {
  for (const [theme, look] of Object.entries(looks)) {
    if (!isTheme(theme)) continue;
    monaco.editor.defineTheme(monacoThemeName(theme), {
      base: look.base,
      inherit: true,
      colors: look.colors,
      rules: [
        { token: 'comment', foreground: look.palette.comment, fontStyle: 'italic' },
        { token: 'string', foreground: look.palette.string },
        { token: 'string.escape', foreground: look.palette.string },
        { token: 'number', foreground: look.palette.number },
        { token: 'keyword', foreground: look.palette.keyword },
        { token: 'type', foreground: look.palette.type },
        { token: 'identifier', foreground: '' },
        { token: 'delimiter', foreground: look.palette.delimiter },
        { token: 'tag', foreground: look.palette.tag },
      ].filter((rule) => rule.foreground !== ''),
    });
  }
}
