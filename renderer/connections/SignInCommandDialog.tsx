import type { Connection, SignInCommand } from '../../contract/connections.ts';
import { toAppError } from '../../contract/errors.ts';
import { core } from '../rpc/index.ts';
import { Button, Dialog, notify, reportError } from '../ui/index.ts';
import { checkConnection, useConnectionById } from './connectionsStore.ts';
import { showSignInCommand, useConnectionsView } from './connectionsView.ts';

/** The exact program that a kubeconfig wants to run for signing in. Nothing of it runs before it is allowed here. */
export function SignInCommandDialog() {
  const connection = useConnectionById(useConnectionsView((state) => state.approvingId));
  if (connection === null || connection.signIn.method !== 'command') return null;
  return <CommandDialog connection={connection} command={connection.signIn.command} />;
}

async function allow({ id, name }: Connection, { digest }: SignInCommand): Promise<void> {
  try {
    await core.connections.approveCommand({ id, digest });
    showSignInCommand(null);
    await checkConnection(id);
  } catch (caught) {
    const error = toAppError(caught);
    if (error.code !== 'CONFLICT') return reportError(error);
    // What is shown follows the file: the dialog has the new command by now.
    notify({ severity: 'warning', message: `The command of ${name} has changed while you looked at it. Nothing was allowed.`, detail: 'Read it again.' });
  }
}

async function forbid({ id, name }: Connection): Promise<void> {
  try {
    await core.connections.revokeCommand({ id });
    showSignInCommand(null);
    notify({ severity: 'info', message: `The command of ${name} will not be run any more.` });
  } catch (error) {
    reportError(error);
  }
}

function CommandDialog({ connection, command }: { connection: Connection; command: SignInCommand }) {
  const close = (): void => showSignInCommand(null);
  return (
    <Dialog
      open
      title={command.approved ? 'This program signs you in' : 'Run this program to sign in?'}
      description={`The kubeconfig asks for it, for the connection “${connection.name}”. It runs on this computer with your rights, each time a sign-in is needed.`}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      footer={
        command.approved ? (
          <>
            <Button size="large" variant="danger" onClick={() => void forbid(connection)}>
              Forbid it
            </Button>
            <Button size="large" autoFocus onClick={close}>
              Keep it allowed
            </Button>
          </>
        ) : (
          <>
            <Button size="large" autoFocus onClick={close}>
              Not now
            </Button>
            <Button size="large" variant="primary" onClick={() => void allow(connection, command)}>
              Allow exactly this
            </Button>
          </>
        )
      }
    >
      <dl className="flex flex-col gap-3">
        <Part term="Program">
          <Exact text={quoted(command.command)} />
        </Part>
        <Part term={command.args.length === 0 ? 'No arguments' : 'Arguments, one a line'}>
          {command.args.length > 0 && <Exact text={command.args.map((argument) => quoted(argument)).join('\n')} />}
        </Part>
        {command.env.length > 0 && (
          <Part term="Variables that it is given">
            <Exact text={command.env.map(({ name, value }) => `${quoted(name)}=${quoted(value)}`).join('\n')} />
          </Part>
        )}
        <Part term="Asked for by">
          <Exact text={connection.file} />
        </Part>
        {command.installHint !== '' && (
          <Part term="What the kubeconfig says for the case that the program is missing">
            <p className="whitespace-pre-wrap break-words">{command.installHint}</p>
          </Part>
        )}
      </dl>
      {!command.approved && (
        <p className="pt-3 leading-5 text-muted">Allow it if you know the program and trust the file. As soon as anything of this changes in the file, you are asked anew.</p>
      )}
    </Dialog>
  );
}

/** Spaces, quotes and what cannot be seen are written out, so that nothing hides in an argument. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : JSON.stringify(text).replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function Part({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="pb-0.5 text-xs text-muted">{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Exact({ text }: { text: string }) {
  return <pre className="max-h-40 select-text overflow-auto whitespace-pre-wrap break-all rounded-md border border-line bg-surface px-2 py-1.5 font-mono text-[12px] leading-[18px]">{text}</pre>;
}
