import { RotateCcw } from 'lucide-react';
import { useId, useState } from 'react';
import { NamespaceName, type Connection } from '../../contract/connections.ts';
import { toAppError } from '../../contract/errors.ts';
import { core } from '../rpc/index.ts';
import { ComboField, IconButton, notify } from '../ui/index.ts';
import { updateConnection } from './connectionsStore.ts';

const origins: Record<Connection['namespaceFrom'], string> = {
  chosen: 'Chosen here.',
  context: 'As the context says.',
  default: 'The context names none.',
};

/** The namespaces of a cluster, asked for when the list is opened. */
function useNamespaces(connection: Connection): { namespaces: readonly string[] | null; note: string | null; ask(): void } {
  const [answer, setAnswer] = useState<{ namespaces: readonly string[] | null; note: string | null }>({ namespaces: null, note: null });
  async function read(): Promise<void> {
    setAnswer((before) => ({ ...before, note: before.namespaces === null ? 'Asking the cluster…' : null }));
    try {
      const { namespaces } = await core.connections.namespaces({ id: connection.id });
      setAnswer({ namespaces, note: namespaces === null ? 'You may not list the namespaces of this cluster: type the one that you were given.' : null });
    } catch (error) {
      setAnswer({ namespaces: null, note: `The namespaces cannot be listed: ${toAppError(error).message}` });
    }
  }
  return { ...answer, ask: () => void read() };
}

/** Where the runs of a connection go: chosen from the cluster's own list, or typed. */
export function NamespaceField({ connection }: { connection: Connection }) {
  const { namespaces, note, ask } = useNamespaces(connection);
  const id = useId();

  function commit(text: string): void {
    const parsed = NamespaceName.safeParse(text);
    if (parsed.success) void updateConnection(connection.id, { namespace: parsed.data });
    else notify({ severity: 'error', message: `“${text}” cannot be a namespace.`, detail: parsed.error.issues[0]?.message ?? '' });
  }

  return (
    <div>
      <label htmlFor={id} className="block text-xs leading-5">
        Namespace
      </label>
      <div className="flex items-center gap-1">
        <ComboField id={id} label="Namespace" className="min-w-0 grow" value={connection.namespace} options={namespaces} note={note} onWanted={ask} onCommit={commit} />
        {connection.namespaceFrom === 'chosen' && (
          <IconButton label="Back to the context’s own namespace" size="small" onClick={() => void updateConnection(connection.id, { namespace: null })}>
            <RotateCcw size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      <p className="pt-0.5 text-xs leading-4 text-muted">{origins[connection.namespaceFrom]}</p>
    </div>
  );
}
