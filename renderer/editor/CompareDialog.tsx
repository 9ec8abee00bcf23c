import { DiffEditor, type DiffOnMount } from '@monaco-editor/react';
import { useEffect, useRef } from 'react';
import { useSettings, useTheme } from '../settings/index.ts';
import { Button, Dialog, reportError } from '../ui/index.ts';
import { closeComparison, useComparison } from './compareStore.ts';
import { keepMine, reloadFile } from './diskState.ts';
import { documentText } from './documents.ts';
import { monacoThemeName } from '../lib/monacoThemes.ts';

/** The file on disk at the left, the tab's text at the right. */
export function CompareDialog() {
  const shown = useComparison((state) => state.comparison !== null);
  return shown ? <Comparison /> : null;
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

function Comparison() {
  const takeTexts = useTexts();
  const comparison = useComparison((state) => state.comparison);
  const theme = useTheme((state) => state.theme);
  const fontSize = useSettings((state) => state.settings.editorFontSize);
  if (comparison === null) return null;
  const { id, path, onDisk } = comparison;
  return (
    <Dialog
      open
      width="wide"
      title="Compare with the file on disk"
      description={`Left: ${path} on disk. Right: your text here.`}
      onOpenChange={(open) => {
        if (!open) closeComparison();
      }}
      footer={
        <>
          <Button
            size="large"
            onClick={() => {
              closeComparison();
              reloadFile(id).catch(reportError);
            }}
          >
            Reload from disk
          </Button>
          <Button
            size="large"
            variant="primary"
            onClick={() => {
              closeComparison();
              keepMine(id);
            }}
          >
            Keep mine
          </Button>
        </>
      }
    >
      <div className="h-[48vh] overflow-hidden rounded-md border border-line">
        <DiffEditor
          original={onDisk}
          modified={documentText(id)}
          language="python"
          theme={monacoThemeName(theme)}
          loading={null}
          keepCurrentOriginalModel
          keepCurrentModifiedModel
          onMount={takeTexts}
          options={{ readOnly: true, fontSize, renderSideBySide: true, automaticLayout: true, minimap: { enabled: false }, scrollBeyondLastLine: false }}
        />
      </div>
    </Dialog>
  );
}
