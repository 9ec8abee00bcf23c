import { DiffEditor, type DiffOnMount } from '@monaco-editor/react';
import type { editor } from 'monaco-editor/editor';
import { useEffect, useRef } from 'react';

export interface DiffViewProps {
  original: string;
  modified: string;
  /** Name of a Monaco theme. */
  theme: string;
  /** CSS pixels. */
  fontSize: number;
  /** `python`, `plaintext` */
  language?: string;
  /** Accessible names of the two. */
  originalLabel: string;
  modifiedLabel: string;
}

/** The component would dispose of its texts before their editor, which Monaco takes for an error; so they are ours to dispose of. */
function useTexts(): DiffOnMount {
  const texts = useRef<{ dispose(): void }[]>([]);
  useEffect(() => () => {
    const old = texts.current;
    setTimeout(() => {
      for (const text of old) text.dispose();
    });
  }, []);
  return (instance) => {
    const model = instance.getModel();
    if (model !== null) texts.current = [model.original, model.modified];
  };
}

/** Monaco's own options for the two names (`originalAriaLabel`) are lost with the next change of any other option. */
function keepName(side: editor.ICodeEditor, name: string, option: editor.EditorOption.ariaLabel): void {
  const put = (): void => {
    if (side.getOption(option) !== name) side.updateOptions({ ariaLabel: name });
  };
  put();
  side.onDidChangeConfiguration(put);
}

/** Two texts side by side, read only. */
export function DiffView({ original, modified, theme, fontSize, language = 'python', originalLabel, modifiedLabel }: DiffViewProps) {
  const takeTexts = useTexts();
  return (
    <DiffEditor
      original={original}
      modified={modified}
      language={language}
      theme={theme}
      loading={null}
      keepCurrentOriginalModel
      keepCurrentModifiedModel
      onMount={(instance, monaco) => {
        takeTexts(instance, monaco);
        keepName(instance.getOriginalEditor(), originalLabel, monaco.editor.EditorOption.ariaLabel);
        keepName(instance.getModifiedEditor(), modifiedLabel, monaco.editor.EditorOption.ariaLabel);
      }}
      options={{ readOnly: true, fontSize, renderSideBySide: true, automaticLayout: true, minimap: { enabled: false }, scrollBeyondLastLine: false, hideUnchangedRegions: { enabled: true } }}
    />
  );
}
