import { useEffect, useRef, useState } from 'react';
import { toAppError, type ExportFormat } from '../../contract/index.ts';
import { formatBytes } from '../lib/units.ts';
import { Button, Dialog, notify, reportError } from '../ui/index.ts';
import { useConsoleStore, type ConsoleTab } from './consoleStore.ts';
import { saveOutput, type ExportProgress } from './exportOutput.ts';
import type { ConsoleSession } from './sessions.ts';

const formats = [
  { value: 'text', label: 'Text' },
  { value: 'ndjson', label: 'NDJSON: an object a line, with times' },
  { value: 'csv', label: 'CSV: a table with times' },
] as const;

const extents = [
  { value: 'all', label: 'Everything' },
  { value: 'shown', label: 'The lines that the filter shows' },
] as const;

/** Saves the output of a run as a file, in one of three formats; says how far it is, and can be stopped. */
export function SaveDialog({ tab, session, onClose }: { tab: ConsoleTab; session: ConsoleSession; onClose(): void }) {
  const filter = useConsoleStore((state) => (state.isFiltering ? state.shownFilter : null));
  const [format, setFormat] = useState<ExportFormat>('text');
  const [extent, setExtent] = useState<'all' | 'shown'>(filter === null ? 'all' : 'shown');
  const [progress, setProgress] = useState<ExportProgress | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function save(): Promise<void> {
    const controller = new AbortController();
    running.current = controller;
    setProgress({ share: 0, bytes: 0 });
    try {
      await saveOutput(tab, session, { format, filter: extent === 'shown' ? filter : null, onProgress: setProgress, signal: controller.signal });
      if (controller.signal.aborted) return;
      notify({ severity: 'success', message: 'Saved the output.' });
      onClose();
    } catch (caught) {
      if (toAppError(caught).code !== 'CANCELLED') reportError(caught);
    } finally {
      setProgress(null);
    }
  }

  const isSaving = progress !== null;
  return (
    <Dialog
      open
      width="small"
      onOpenChange={onClose}
      title="Save the output as a file"
      description="Colours and other control sequences are left out."
      footer={
        <>
          <Button onClick={() => (isSaving ? running.current?.abort() : onClose())}>{isSaving ? 'Stop' : 'Cancel'}</Button>
          <Button variant="primary" disabled={isSaving} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2">
        <Choice legend="Format" value={format} options={formats} isDisabled={isSaving} onChange={(next) => setFormat(next)} />
        {filter !== null && <Choice legend="What is saved" value={extent} options={extents} isDisabled={isSaving} onChange={(next) => setExtent(next)} />}
        {progress !== null && (
          <>
            <progress aria-label="Saving" max={1} value={progress.share} className="w-full" />
            <p role="status" className="text-xs text-muted">
              {Math.round(progress.share * 100)} %, {formatBytes(progress.bytes)}
            </p>
          </>
        )}
      </div>
    </Dialog>
  );
}

interface ChoiceProps<Value extends string> {
  legend: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  isDisabled: boolean;
  onChange(value: Value): void;
}

function Choice<Value extends string>({ legend, value, options, isDisabled, onChange }: ChoiceProps<Value>) {
  return (
    <fieldset disabled={isDisabled} className="flex flex-col gap-1">
      <legend className="mb-1 text-xs text-muted">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className="flex items-center gap-2">
          <input type="radio" name={legend} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
