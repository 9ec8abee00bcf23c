import { Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ConnectionId } from '../../contract/connections.ts';
import { toAppError } from '../../contract/errors.ts';
import { isUsable, useConnections, usualConnection } from '../connections/index.ts';
import { getActiveSource } from '../editor/index.ts';
import { core } from '../rpc/index.ts';
import { useSettings } from '../settings/index.ts';
import { Button, notify, reportError, Select, YamlView } from '../ui/index.ts';
import { checkDraft, type ProfileDraft } from './profileDraft.ts';

/** Runs in a preview while no tab is open. */
const sampleSource = 'print("hello")\n';

type Preview = { state: 'writing' } | { state: 'written'; yaml: string } | { state: 'failed'; message: string };

/** The connection that a run would go to now, or the usual one; can be changed in the preview. */
function usePreviewConnection() {
  const [chosenId, setChosen] = useState<ConnectionId | null>(null);
  const target = useSettings((state) => state.settings.target);
  const connections = useConnections((state) => state.connections);
  const usable = connections.filter(isUsable);
  const connection = usable.find((one) => one.id === chosenId) ?? usable.find((one) => one.id === target) ?? usualConnection(connections);
  return { usable, connection, setChosen };
}

/** Exactly what a run with this profile applies to a cluster, as it is typed now, saved or not. */
export function ProfileYaml({ draft, name }: { draft: ProfileDraft; name: string }) {
  const { usable, connection, setChosen } = usePreviewConnection();
  const [preview, setPreview] = useState<Preview>({ state: 'writing' });
  const connectionId = connection?.id ?? null;

  useEffect(() => {
    if (connectionId === null) return;
    const check = checkDraft(draft);
    if (!check.ok) {
      const first = [...check.faults][0];
      setPreview({ state: 'failed', message: `The profile is not whole yet: ${first?.[0] ?? ''}: ${first?.[1] ?? ''}` });
      return;
    }
    const controller = new AbortController();
    const source = getActiveSource();
    core.jobs
      .preview(
        {
          connectionId,
          profile: check.settings,
          profileName: name.trim().slice(0, 100),
          mode: 'file',
          title: source?.title ?? 'scratch',
          source: source?.text ?? sampleSource,
        },
        { signal: controller.signal },
      )
      .then(
        ({ yaml }) => setPreview({ state: 'written', yaml }),
        (error: unknown) => {
          if (!controller.signal.aborted) setPreview({ state: 'failed', message: toAppError(error).message });
        },
      );
    return () => controller.abort();
  }, [connectionId, draft, name]);

  if (connection === null) return <p className="text-muted">What a run applies shows up here once there is a connection: its namespace is part of it.</p>;
  const yaml = preview.state === 'written' ? preview.yaml : null;
  return (
    <div className="flex h-full flex-col gap-2">
      <div className="flex items-center gap-2">
        <p className="min-w-0 grow text-xs leading-4 text-muted">What a run of the tab in front applies. Secret values are masked.</p>
        <Select
          label="Written for"
          className="max-w-56"
          value={connection.id}
          options={usable.map((one) => ({ value: one.id, label: `${one.name}/${one.namespace}` }))}
          onChange={(id) => setChosen(id)}
        />
        <Button disabled={yaml === null} onClick={() => yaml !== null && copyText(yaml).catch(reportError)}>
          <Copy size={14} aria-hidden />
          Copy
        </Button>
      </div>
      {preview.state === 'failed' && (
        <p role="status" className="break-words text-danger">
          {preview.message}
        </p>
      )}
      {yaml !== null && <YamlView label="What will be applied" yaml={yaml} className="min-h-0 grow" />}
    </div>
  );
}

async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  notify({ severity: 'success', message: 'Copied the YAML.' });
}
