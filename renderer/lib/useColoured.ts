import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Theme } from '../settings/index.ts';
import { again } from './again.ts';
import { defineThemes, isTheme, monacoThemeName } from './monacoThemes.ts';

type Language = 'python' | 'yaml';

/** The part of the editor's code that colours: without its features, and without an editor. */
async function loadColouring(language: Language) {
  const definition = (): Promise<unknown> => (language === 'python' ? import('monaco-editor/languages/definitions/python/register') : import('monaco-editor/languages/definitions/yaml/register'));
  const [monaco] = await again(() => Promise.all([import('monaco-editor/editor'), definition()]));
  return monaco;
}

let isDefined = false;

/** @param theme as the page has it @returns HTML: Monaco's own spans and line breaks, with the text escaped */
async function colour(text: string, language: Language, theme: Theme): Promise<string> {
  const monaco = await loadColouring(language);
  if (!isDefined) defineThemes(monaco);
  isDefined = true;
  // The spans name colours by their number in the theme of this moment; without an open editor nobody else sets it.
  monaco.editor.setTheme(monacoThemeName(theme));
  return monaco.editor.colorize(text, language, { tabSize: language === 'python' ? 4 : 2 });
}

function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

function drawnTheme(): Theme {
  const drawn = document.documentElement.dataset['theme'] ?? '';
  return isTheme(drawn) ? drawn : 'light';
}

/**
 * A text in the colours of its language, in the theme that is drawn. Null while they are not there yet, and for what is longer than `most`
 * characters: colouring happens at once.
 */
export function useColoured(text: string, language: Language, most: number): string | null {
  const [coloured, setColoured] = useState<{ text: string; html: string } | null>(null);
  const theme = useSyncExternalStore(watchTheme, drawnTheme);

  useEffect(() => {
    if (text.length > most) return;
    let isOver = false;
    colour(text, language, theme).then(
      (html) => {
        if (!isOver) setColoured({ text, html });
      },
      () => setColoured(null),
    );
    return () => {
      isOver = true;
    };
  }, [text, language, theme, most]);

  return coloured?.text === text ? coloured.html : null;
}
