import { DiffEditor, type DiffOnMount } from '@monaco-editor/react';
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

/** Two texts side by side, read only. */
export function DiffView({ original, modified, theme, fontSize, language = 'python' }: DiffViewProps) {
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
      onMount={takeTexts}
      options={{ readOnly: true, fontSize, renderSideBySide: true, automaticLayout: true, minimap: { enabled: false }, scrollBeyondLastLine: false, hideUnchangedRegions: { enabled: true } }}
    />
  );
}
