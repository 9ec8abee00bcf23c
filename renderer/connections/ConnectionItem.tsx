import { ChevronRight, ShieldAlert, TriangleAlert } from 'lucide-react';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { Connection } from '../../contract/connections.ts';
import { ageText, useNow } from '../lib/age.ts';
import { classes } from '../lib/classes.ts';
import { shortName } from '../lib/shortName.ts';
import { changeSettings, useSettings } from '../settings/index.ts';
import { Button, Switch, TextField } from '../ui/index.ts';
import { checkConnection, updateConnection } from './connectionsStore.ts';
import { showSignInCommand, useConnectionsView } from './connectionsView.ts';
import { HealthMark } from './HealthMark.tsx';
import { healthWords, signInWords, troubleSinceMs } from './healthWords.ts';
import { NamespaceField } from './NamespaceField.tsx';
import { OpenFileButton } from './OpenFileButton.tsx';

/** One context: its health and namespace in a line, all else unfolded under it. */
export function ConnectionItem({ connection }: { connection: Connection }) {
  const open = useConnectionsView((state) => state.openId === connection.id);
  const button = useRef<HTMLButtonElement>(null);
  const detailsId = useId();
  const { name, namespace, production, current } = connection;
  const words = healthWords(connection);

  useEffect(() => {
    if (open) button.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);

  return (
    <li className={classes('border-b border-line', production && 'shadow-[inset_3px_0_0_var(--danger)]')}>
      <button
        ref={button}
        type="button"
        aria-expanded={open}
        aria-controls={detailsId}
        className="flex w-full items-start gap-1.5 py-1.5 pl-1.5 pr-2 text-left hover:bg-hover focus-inset"
        onClick={() => useConnectionsView.setState({ openId: open ? null : connection.id })}
      >
        <ChevronRight size={14} aria-hidden className={classes('mt-[3px] shrink-0 text-muted transition-transform duration-100', open && 'rotate-90')} />
        <span className="mt-[2.5px]">
          <HealthMark connection={connection} />
        </span>
        <span className="min-w-0 grow">
          <span className="flex items-center gap-1.5">
            <span className="truncate font-medium" title={name}>
              {shortName(name)}
            </span>
            {connection.warnings.length > 0 && <ShieldAlert size={14} aria-label="Has a warning" className="shrink-0 text-warning" />}
            {production && <Badge tone="danger">Production</Badge>}
            {current && <Badge tone="calm">current</Badge>}
          </span>
          <span className="block truncate text-xs leading-4 text-muted">
            {namespace}
            {' · '}
            {words.tone === 'good' ? words.detail : words.short}
          </span>
        </span>
      </button>
      <div id={detailsId} hidden={!open}>
        {open && <Details connection={connection} />}
      </div>
    </li>
  );
}

function Badge({ tone, children }: { tone: 'danger' | 'calm'; children: string }) {
  return (
    <span className={classes('shrink-0 rounded px-1 text-[11px] leading-4', tone === 'danger' ? 'bg-danger-soft font-semibold text-danger' : 'border border-line text-muted')}>{children}</span>
  );
}

function Details({ connection }: { connection: Connection }) {
  const ids = useId();
  const { id, name, problem, signIn, production, maxRuns, server, user, file, warnings } = connection;
  return (
    <div className="flex flex-col gap-3 pb-3 pl-7 pr-3 pt-1">
      <HealthLine connection={connection} />
      {warnings.map((warning) => (
        <p key={warning.code} role="note" className="flex gap-1.5 rounded-md bg-warning-soft px-2 py-1.5 text-xs leading-4 text-text">
          <TriangleAlert size={14} aria-hidden className="shrink-0 text-warning" />
          <span className="min-w-0 break-words">{warning.message}</span>
        </p>
      ))}
      {problem === null && (
        <>
          <TargetLine connection={connection} />
          <NamespaceField connection={connection} />
          <div className="flex items-center gap-2">
            <label htmlFor={`${ids}-production`} className="grow text-xs leading-4">
              Production
              <span className="block text-muted">Shown in red, and asks before each run.</span>
            </label>
            <Switch id={`${ids}-production`} label="Production" checked={production} onChange={(next) => void updateConnection(id, { production: next })} />
          </div>
          <MostRuns key={maxRuns} maxRuns={maxRuns} onCommit={(next) => void updateConnection(id, { maxRuns: next })} />
        </>
      )}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs leading-4">
        {shortName(name) !== name && (
          <Fact term="Context">
            <span className="break-all">{name}</span>
          </Fact>
        )}
        <Fact term="Server">{server ?? 'none'}</Fact>
        <Fact term="User">{user}</Fact>
        <Fact term="Signs in">
          {signInWords[signIn.method]}
          {signIn.method === 'command' && (
            <>
              {': '}
              <code className="break-all">{signIn.command.command}</code>
              {signIn.command.approved && (
                <Button size="small" className="mt-1 flex" onClick={() => showSignInCommand(id)}>
                  Look at it
                </Button>
              )}
            </>
          )}
        </Fact>
        <Fact term="File">
          {file}
          <OpenFileButton path={file} line={null} />
        </Fact>
      </dl>
    </div>
  );
}

/** Whether runs go there, or a button that makes them. */
function TargetLine({ connection }: { connection: Connection }) {
  const isTarget = useSettings((state) => state.settings.target === connection.id);
  if (isTarget) return <p className="text-xs font-medium leading-4 text-accent-text">“Run on cluster” goes here.</p>;
  return (
    <Button size="small" className="self-start" onClick={() => void changeSettings({ target: connection.id })}>
      Run here from now on
    </Button>
  );
}

function HealthLine({ connection }: { connection: Connection }) {
  const now = useNow(5000);
  const { health, problem } = connection;
  const words = healthWords(connection);
  const since = troubleSinceMs(health);
  return (
    <div className="flex items-start gap-2">
      <p role="status" className={classes('min-w-0 grow break-words text-xs leading-4', words.tone === 'bad' ? 'text-danger' : 'text-muted')}>
        <span className="font-medium">{words.short}</span>
        {health.state === 'ok' ? `, checked ${ageText(health.checkedMs, now)} ago` : words.detail !== '' && `: ${words.detail}`}
        {since !== null && ` (since ${ageText(since, now)})`}
      </p>
      {health.state === 'needsApproval' ? (
        <Button size="small" variant="primary" onClick={() => showSignInCommand(connection.id)}>
          Look at it…
        </Button>
      ) : (
        problem === null && (
          <Button size="small" disabled={health.state === 'checking'} onClick={() => void checkConnection(connection.id)}>
            Check
          </Button>
        )
      )}
    </div>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0 select-text break-words">{children}</dd>
    </>
  );
}

/** Counts when it is left or Enter is pressed. */
function MostRuns({ maxRuns, onCommit }: { maxRuns: number; onCommit(maxRuns: number): void }) {
  const id = useId();
  const [draft, setDraft] = useState(String(maxRuns));
  function commit(): void {
    const number = Math.round(Number(draft));
    if (draft.trim() === '' || !Number.isFinite(number)) return setDraft(String(maxRuns));
    const next = Math.max(1, Math.min(1000, number));
    setDraft(String(next));
    if (next !== maxRuns) onCommit(next);
  }
  return (
    <div className="flex items-center gap-2">
      <label htmlFor={id} className="grow text-xs leading-4">
        Runs at once
        <span className="block text-muted">More wait here for their turn.</span>
      </label>
      <TextField
        id={id}
        type="number"
        min={1}
        max={1000}
        aria-label="Runs at once"
        className="w-16"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
    </div>
  );
}
