import { CircleAlert, CircleCheck, Copy, Download } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { create } from 'zustand';
import { NamespaceName, type Connection } from '../../contract/connections.ts';
import { toAppError } from '../../contract/errors.ts';
import { saveBlob } from '../display/index.ts';
import { core } from '../rpc/index.ts';
import { ask, Button, Dialog, notify, reportError, TextField, YamlView } from '../ui/index.ts';
import { shownConnection } from './clusterStore.ts';

const useSetup = create<{ connection: Connection | null }>()(() => ({ connection: null }));

/** Opens the dialog for the connection that the panel shows. */
export function showSetup(): void {
  useSetup.setState({ connection: shownConnection() });
}

/** How a namespace is made ready for runs: the least YAML, to be read, copied, or applied. */
export function SetupDialog() {
  const connection = useSetup((state) => state.connection);
  return connection === null ? null : <Setup connection={connection} onClose={() => useSetup.setState({ connection: null })} />;
}

/** `key`: the place that it was written for. */
type Draft = { state: 'writing' } | { state: 'written'; yaml: string; key: string } | { state: 'failed'; message: string };
type Applying = { state: 'not' } | { state: 'applying' } | { state: 'applied'; objects: readonly string[] } | { state: 'failed'; message: string; action: string | null };

/** Namespaces that hold more than our runs: their rules are not ours to change. */
function isShared(namespace: string): boolean {
  return namespace === 'default' || namespace.startsWith('kube-');
}

const sharedHint = 'Better one of its own: this changes the rules for all that runs in it.';

/** How long typing rests before the YAML is written anew. */
const debounceMs = 150;

const subjectPattern = /^(User|Group|ServiceAccount):\S+$/;

function Setup({ connection, onClose }: { connection: Connection; onClose(): void }) {
  const [namespace, setNamespace] = useState(isShared(connection.namespace) ? 'pyexekube' : connection.namespace);
  const [subject, setSubject] = useState('');
  const [draft, setDraft] = useState<Draft>({ state: 'writing' });
  const [applying, setApplying] = useState<Applying>({ state: 'not' });
  const ids = useId();
  const wrongName = NamespaceName.safeParse(namespace.trim()).error?.issues[0]?.message ?? null;
  const wrongSubject = subject.trim() === '' || subjectPattern.test(subject.trim()) ? null : 'Write User:name, Group:name or ServiceAccount:name.';
  const isReady = wrongName === null && wrongSubject === null;
  const place = { connectionId: connection.id, namespace: namespace.trim(), ...(subject.trim() === '' ? {} : { subject: subject.trim() }) };
  const key = JSON.stringify(place);

  useEffect(() => {
    if (!isReady) return;
    const controller = new AbortController();
    setApplying({ state: 'not' });
    const timer = setTimeout(() => {
      core.jobs.setup(place, { signal: controller.signal }).then(
        ({ yaml }) => setDraft({ state: 'written', yaml, key }),
        (error: unknown) => {
          if (!controller.signal.aborted) setDraft({ state: 'failed', message: toAppError(error).message });
        },
      );
    }, debounceMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
    // eslint-disable-next-line react/exhaustive-deps -- `key` is what `place` holds
  }, [key, isReady]);

  async function apply(): Promise<void> {
    const answer = await ask({
      title: `Apply this to ${connection.name}?`,
      message: `${connection.production ? `${connection.name} is a production cluster.\n` : ''}The namespace ${place.namespace} and what the YAML lists in it are made, or changed to what it says.`,
      choices: [
        { id: 'cancel', label: 'Cancel' },
        { id: 'apply', label: 'Apply', variant: connection.production ? 'danger' : 'primary' },
      ],
    });
    if (answer !== 'apply') return;
    setApplying({ state: 'applying' });
    try {
      const { applied } = await core.jobs.setup({ ...place, apply: true });
      setApplying({ state: 'applied', objects: applied });
    } catch (caught) {
      const error = toAppError(caught);
      setApplying({ state: 'failed', message: error.message, action: error.action ?? null });
    }
  }

  async function copy(yaml: string): Promise<void> {
    await navigator.clipboard.writeText(yaml);
    notify({ severity: 'success', message: 'Copied the YAML.' });
  }

  const written = draft.state === 'written' && isReady ? draft : null;
  // What can be taken and applied is what is shown, for the place that stands in the fields now.
  const yaml = written?.key === key ? written.yaml : null;
  return (
    <Dialog
      open
      width="wide"
      title="Set up a namespace"
      description={`The least that runs need in ${connection.name}: a namespace that keeps to PodSecurity “restricted”, a Role, limits, and a network that is closed but for DNS and the package index. Send it to your administrator, or apply it if you are one.`}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      footer={
        <>
          <Button size="large" disabled={yaml === null} onClick={() => yaml !== null && copy(yaml).catch(reportError)}>
            <Copy size={14} aria-hidden />
            Copy
          </Button>
          <Button size="large" disabled={yaml === null} onClick={() => yaml !== null && saveBlob(new Blob([yaml], { type: 'application/yaml' }), `pyexekube-${place.namespace}.yaml`)}>
            <Download size={14} aria-hidden />
            Save
          </Button>
          <Button size="large" variant="primary" disabled={yaml === null || applying.state === 'applying'} onClick={() => void apply()}>
            {applying.state === 'applying' ? 'Applying…' : 'Apply…'}
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-3 pb-3 sm:grid-cols-2">
        <Field id={`${ids}-namespace`} label="Namespace" value={namespace} fault={wrongName} {...(isShared(namespace.trim()) ? { hint: sharedHint } : {})} onChange={setNamespace} />
        <Field id={`${ids}-subject`} label="Who may run" value={subject} fault={wrongSubject} placeholder="Group:data-science" hint="Empty for a ServiceAccount of its own." onChange={setSubject} />
      </div>
      {draft.state === 'failed' && <p className="pb-2 text-danger">{draft.message}</p>}
      <YamlView label="What is needed" yaml={written?.yaml ?? ''} className="h-[34vh]" />
      <Outcome applying={applying} />
    </Dialog>
  );
}

interface FieldProps {
  id: string;
  label: string;
  value: string;
  fault: string | null;
  hint?: string;
  placeholder?: string;
  onChange(value: string): void;
}

function Field({ id, label, value, fault, hint, placeholder, onChange }: FieldProps) {
  return (
    <div>
      <label htmlFor={id} className="block text-xs leading-5">
        {label}
      </label>
      <TextField
        id={id}
        className="w-full"
        value={value}
        aria-invalid={fault !== null}
        aria-describedby={`${id}-hint`}
        {...(placeholder === undefined ? {} : { placeholder })}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className={fault === null ? 'pt-0.5 text-xs leading-4 text-muted' : 'pt-0.5 text-xs leading-4 text-danger'}>
        {fault ?? hint}
      </p>
    </div>
  );
}

function Outcome({ applying }: { applying: Applying }) {
  return (
    <div role="status" className="pt-2">
      {applying.state === 'applied' && (
        <p className="flex gap-1.5">
          <CircleCheck size={15} aria-hidden className="mt-0.5 shrink-0 text-success" />
          <span>Applied: {applying.objects.join(', ')}.</span>
        </p>
      )}
      {applying.state === 'failed' && (
        <p className="flex gap-1.5 text-danger">
          <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
          <span>
            {applying.message}
            {applying.action !== null && <span className="block text-muted">{applying.action}</span>}
          </span>
        </p>
      )}
    </div>
  );
}
