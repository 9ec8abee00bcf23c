import { CircleAlert, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { JobPreview } from '../../contract/index.ts';
import { Button, Dialog, reportError, YamlView } from '../ui/index.ts';
import { FileList } from './FileList.tsx';
import { FolderField } from './FolderField.tsx';
import { PreflightList } from './PreflightList.tsx';
import { checkAgain, closeSheet, submitSheet, useSheet, type Sheet } from './sheetStore.ts';
import { verdictOf, type Verdict } from './verdict.ts';
import { placeText } from './words.ts';

/** Before a run goes to a cluster: where it goes, what goes along, whether it can work. It opens when something needs the person. */
export function RunSheet() {
  const sheet = useSheet((state) => state.sheet);
  if (sheet === null || !sheet.isShown) return null;
  const { preview, request } = sheet;
  const verdict = verdictOf(sheet);
  const isProduction = preview?.production === true;
  return (
    <Dialog
      open
      width="normal"
      title={isProduction ? 'Run on a production cluster?' : 'Run on cluster'}
      description={
        <span className="break-words">
          {request.title} →{' '}
          {preview === null ? '…' : <strong className={isProduction ? 'text-danger' : 'text-text'}>{placeText(preview.connectionName, preview.namespace)}</strong>}
          {request.profileName !== '' && `, with the profile ${request.profileName}`}
        </span>
      }
      onOpenChange={(open) => !open && closeSheet()}
      footer={<Footer sheet={sheet} verdict={verdict} isProduction={isProduction} />}
    >
      <div className="flex flex-col gap-3">
        {isProduction && (
          <p className="flex items-start gap-2 rounded-md border border-danger bg-danger-soft px-3 py-2 text-danger">
            <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0" />
            You marked this cluster as production: each run there is asked about.
          </p>
        )}
        {sheet.previewFailure !== null && (
          <p role="alert" className="flex items-start gap-2 rounded-md border border-danger bg-danger-soft px-3 py-2">
            <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-danger" />
            <span className="min-w-0 break-words">{sheet.previewFailure}</span>
          </p>
        )}
        <PreflightList sheet={sheet} />
        <FolderField sheet={sheet} />
        {preview !== null && <Parcel preview={preview} />}
      </div>
    </Dialog>
  );
}

function Footer({ sheet, verdict, isProduction }: { sheet: Sheet; verdict: Verdict; isProduction: boolean }) {
  const isWarned = sheet.checkFailure !== null || !sheet.isChecked || sheet.checks.some((check) => check.state === 'warning');
  return (
    <>
      {verdict === 'wait' && <p className="mr-auto self-center text-xs text-muted">It runs by itself when the checks pass.</p>}
      <Button size="large" autoFocus={isProduction} onClick={closeSheet}>
        Do not run
      </Button>
      {(sheet.isChecked || verdict === 'blocked') && (
        <Button size="large" onClick={checkAgain}>
          Check again
        </Button>
      )}
      <Button
        size="large"
        variant={isProduction ? 'danger' : 'primary'}
        disabled={verdict === 'blocked' || sheet.preview === null || sheet.isSubmitting}
        aria-busy={sheet.isSubmitting}
        autoFocus={!isProduction}
        onClick={() => submitSheet().catch(reportError)}
      >
        {isWarned && verdict !== 'blocked' ? 'Run anyway' : 'Run on cluster'}
      </Button>
    </>
  );
}

/** What goes along: files, requirements, and the objects themselves. */
function Parcel({ preview }: { preview: JobPreview }) {
  const [showsYaml, setShowsYaml] = useState(false);
  const { warnings, requirements, requirementsFrom, yaml } = preview;
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} className="flex items-start gap-2 rounded-md bg-warning-soft px-3 py-2">
          <TriangleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-warning" />
          <span className="min-w-0 break-words">{warning}</span>
        </p>
      ))}
      <FileList files={preview.files} totalBytes={preview.totalBytes} />
      {requirements.length > 0 && (
        <section aria-label="Requirements">
          <h3 className="font-semibold">
            {requirements.length === 1 ? '1 requirement' : `${requirements.length} requirements`}
            {requirementsFrom !== null && <span className="font-normal text-muted"> of {requirementsFrom}</span>}
          </h3>
          <p className="max-h-20 overflow-auto break-words font-mono text-[12px] leading-5 text-muted">{requirements.join(', ')}</p>
        </section>
      )}
      <div>
        <button type="button" aria-expanded={showsYaml} className="text-accent-text underline underline-offset-2" onClick={() => setShowsYaml(!showsYaml)}>
          {showsYaml ? 'Hide the YAML' : 'Show the YAML'}
        </button>
        {showsYaml && <YamlView label="YAML that will be applied" yaml={yaml} className="mt-2 max-h-72" />}
      </div>
    </>
  );
}
