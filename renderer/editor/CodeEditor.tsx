import { Editor } from '@monaco-editor/react';
import type { editor } from 'monaco-editor/editor';
import { useEffect, useMemo, useState } from 'react';
import { useSettings, useTheme } from '../settings/index.ts';
import { watchCells } from './cellMarks.ts';
import { documentUri } from './documents.ts';
import { attachEditor } from './editorHost.ts';
import { useEditorsStore } from './editorsStore.ts';
import { onView } from './keeping.ts';
import { monacoThemeName } from '../lib/monacoThemes.ts';

const fixedOptions: editor.IStandaloneEditorConstructionOptions = {
  ariaLabel: 'Editor',
  accessibilityPageSize: 200,
  automaticLayout: true,
  bracketPairColorization: { enabled: true },
  fixedOverflowWidgets: true,
  glyphMargin: false,
  guides: { indentation: true, bracketPairs: false },
  lineDecorationsWidth: 12,
  lineNumbersMinChars: 4,
  multiCursorModifier: 'alt',
  occurrencesHighlight: 'singleFile',
  overviewRulerBorder: false,
  padding: { top: 8, bottom: 8 },
  renderLineHighlightOnlyWhenFocus: true,
  scrollBeyondLastLine: true,
  scrollbar: { verticalScrollbarSize: 12, horizontalScrollbarSize: 12, useShadows: false },
  smoothScrolling: false,
  stickyScroll: { enabled: false },
  // Without a language service, words of other tabs are noise.
  wordBasedSuggestions: 'currentDocument',
  quickSuggestions: false,
  suggestOnTriggerCharacters: false,
  unicodeHighlight: { nonBasicASCII: false },
};

const monoFonts = "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace";

function activeUri(): string | null {
  const { activeId } = useEditorsStore.getState();
  return activeId === null ? null : documentUri(activeId);
}

/** The text editor, once Monaco has loaded; which text it shows follows the active tab. */
export function CodeEditor() {
  const settings = useSettings((state) => state.settings);
  const theme = useTheme((state) => state.theme);
  // The editor begins with the text that it is to show, instead of one that it would have to drop again.
  const [firstUri] = useState(activeUri);
  const [mounted, setMounted] = useState<editor.IStandaloneCodeEditor | null>(null);
  const { editorFontFamily, editorFontSize, editorTabSize, editorWordWrap, editorMinimap } = settings;

  const options = useMemo(
    (): editor.IStandaloneEditorConstructionOptions => ({
      ...fixedOptions,
      fontFamily: editorFontFamily.trim() === '' ? monoFonts : `${editorFontFamily}, ${monoFonts}`,
      fontSize: editorFontSize,
      lineHeight: Math.round(editorFontSize * 1.55),
      tabSize: editorTabSize,
      wordWrap: editorWordWrap ? 'on' : 'off',
      minimap: { enabled: editorMinimap },
    }),
    [editorFontFamily, editorFontSize, editorTabSize, editorWordWrap, editorMinimap],
  );

  useEffect(() => {
    if (mounted === null) return;
    const stopCells = watchCells(mounted);
    const detach = attachEditor(mounted, onView);
    return () => {
      stopCells();
      detach();
    };
  }, [mounted]);

  useEffect(() => {
    mounted?.getModel()?.updateOptions({ tabSize: editorTabSize });
  }, [mounted, editorTabSize]);

  return (
    <Editor
      theme={monacoThemeName(theme)}
      options={options}
      defaultLanguage="python"
      keepCurrentModel
      {...(firstUri === null ? {} : { defaultPath: firstUri })}
      loading={null}
      onMount={(instance) => setMounted(instance)}
    />
  );
}
