import { FileUp } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { toAppError } from '../../contract/errors.ts';
import { core } from '../rpc/index.ts';
import { ask, Button, Dialog, notify } from '../ui/index.ts';
import { useProfileEditing } from './profileEditing.ts';
import { loadProfiles } from './profilesStore.ts';

/** What the contract takes. */
const maxBytes = 1024 * 1024;

/** Profiles from YAML, pasted or from a file. */
export function ImportDialog() {
  const isImporting = useProfileEditing((state) => state.isImporting);
  return isImporting ? <Import onClose={() => useProfileEditing.setState({ isImporting: false })} /> : null;
}

function Import({ onClose }: { onClose(): void }) {
  const [yaml, setYaml] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const id = useId();

  async function readFile(chosen: File | undefined): Promise<void> {
    if (chosen === undefined) return;
    if (chosen.size > maxBytes) return setProblem(`${chosen.name} is larger than 1 MiB: that is no job profile.`);
    setYaml(await chosen.text());
    setProblem(null);
  }

  async function importIt(replace: boolean): Promise<void> {
    try {
      const { profiles } = await core.profiles.importYaml({ yaml, replace });
      await loadProfiles();
      onClose();
      notify({ severity: 'success', message: `Imported ${profiles.map((profile) => `“${profile.name}”`).join(', ')}.` });
    } catch (caught) {
      const error = toAppError(caught);
      if (error.code !== 'CONFLICT' || replace) return setProblem([error.message, error.action].filter((part) => part !== undefined).join(' '));
      const answer = await ask({
        title: 'Replace what is there?',
        message: error.message,
        choices: [
          { id: 'cancel', label: 'Cancel' },
          { id: 'replace', label: 'Replace', variant: 'danger' },
        ],
      });
      if (answer === 'replace') await importIt(true);
    }
  }

  return (
    <Dialog
      open
      title="Import job profiles"
      description="One profile or several, as “Export as YAML” writes them. All of them are taken, or none."
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      footer={
        <>
          <Button size="large" className="mr-auto" onClick={() => file.current?.click()}>
            <FileUp size={14} aria-hidden />
            Choose a file…
          </Button>
          <Button size="large" onClick={onClose}>
            Cancel
          </Button>
          <Button size="large" variant="primary" disabled={yaml.trim() === ''} onClick={() => void importIt(false)}>
            Import
          </Button>
        </>
      }
    >
      <input
        ref={file}
        type="file"
        accept=".yaml,.yml,text/yaml,application/yaml"
        hidden
        aria-label="File with job profiles"
        onChange={(event) => {
          void readFile(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <textarea
        aria-label="YAML of the profiles"
        aria-describedby={`${id}-problem`}
        aria-invalid={problem !== null}
        autoFocus
        spellCheck={false}
        placeholder={'name: gpu\nmemory: 8Gi'}
        className="h-56 w-full resize-y rounded-md border border-line-strong bg-surface p-2 font-mono text-[12px] leading-[18px] placeholder:text-muted"
        value={yaml}
        onChange={(event) => {
          setYaml(event.target.value);
          setProblem(null);
        }}
      />
      <p id={`${id}-problem`} role="alert" className="min-h-5 whitespace-pre-wrap break-words text-danger">
        {problem}
      </p>
    </Dialog>
  );
}
