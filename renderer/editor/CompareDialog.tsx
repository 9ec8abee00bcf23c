import { useSettings, useTheme } from '../settings/index.ts';
import { Button, Dialog, reportError } from '../ui/index.ts';
import { closeComparison, useComparison } from './compareStore.ts';
import { keepMine, reloadFile } from './diskState.ts';
import { documentText } from './documents.ts';
import { DiffView } from '../lib/DiffView.tsx';
import { monacoThemeName } from '../lib/monacoThemes.ts';

/** The file on disk at the left, the tab's text at the right. */
export function CompareDialog() {
  const shown = useComparison((state) => state.comparison !== null);
  return shown ? <Comparison /> : null;
}

function Comparison() {
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
        <DiffView original={onDisk} modified={documentText(id)} theme={monacoThemeName(theme)} fontSize={fontSize} originalLabel="The file on disk" modifiedLabel="The text of the tab" />
      </div>
    </Dialog>
  );
}
