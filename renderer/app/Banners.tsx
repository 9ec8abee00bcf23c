import { CircleAlert, Info, TriangleAlert, Unplug } from 'lucide-react';
import { type ReactNode } from 'react';
import { useEditorsStore } from '../editor/index.ts';
import { classes } from '../lib/classes.ts';
import { connectNow, core, useConnection } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';
import { Button, reportError } from '../ui/index.ts';

const looks = {
  info: { ground: 'bg-accent-soft', icon: <Info size={16} aria-hidden className="text-accent-text" /> },
  warning: { ground: 'bg-warning-soft', icon: <TriangleAlert size={16} aria-hidden className="text-warning" /> },
  error: { ground: 'bg-danger-soft', icon: <CircleAlert size={16} aria-hidden className="text-danger" /> },
  offline: { ground: 'bg-warning-soft', icon: <Unplug size={16} aria-hidden className="text-warning" /> },
};

/** What the whole window must be told: no connection, a full disk, a database that was set aside. */
export function Banners() {
  return (
    <>
      <div role="status" aria-label="Connection">
        <ConnectionBanner />
        <StorageBanner />
      </div>
      <div role="alert">
        <Notices />
      </div>
    </>
  );
}

function Banner({ look, children, actions }: { look: keyof typeof looks; children: ReactNode; actions?: ReactNode }) {
  return (
    <div className={classes('flex items-start gap-2.5 border-b border-line px-4 py-2 text-[13px] leading-5 text-text', looks[look].ground)}>
      <span className="mt-0.5 shrink-0">{looks[look].icon}</span>
      <div className="min-w-0 grow whitespace-pre-line break-words">{children}</div>
      {actions}
    </div>
  );
}

function ConnectionBanner() {
  const connection = useConnection();
  const inApp = location.protocol === 'app:';
  switch (connection.status) {
    case 'connecting':
    case 'connected':
      return null;
    case 'reconnecting':
      return <Banner look="offline">The connection to the {inApp ? 'core' : 'server'} is lost; connecting again. What you type stays here and is saved then.</Banner>;
    case 'lost':
      return (
        <Banner look="error" actions={connection.refused || inApp ? null : <Button size="small" onClick={connectNow}>Try again</Button>}>
          {connection.refused
            ? 'The server does not let this window in, because it was started anew or the address lacks its token. Open the address that it printed in this browser: then this window goes on, too, and what you typed is saved.'
            : inApp
              ? 'The core of the application does not answer. What you type stays in this window; restart the application when you have copied what you need.'
              : 'The server does not answer. What you type stays in this window as long as it is open. Start the server again with “npm run serve”, and open the address that it prints.'}
        </Banner>
      );
  }
}

function StorageBanner() {
  const storage = useSystem((state) => state.storage);
  const failing = useEditorsStore((state) => state.keeping === 'failing');
  if (storage.state === 'ok') return null;
  return (
    <Banner look="warning">
      Nothing can be saved at the moment: {storage.reason} {failing ? 'What you typed is kept in this window' : 'What you type stays in this window'} and is saved by
      itself as soon as that works again.
    </Banner>
  );
}

function Notices() {
  const notices = useSystem((state) => state.notices);
  return notices.map((notice) => (
    <Banner
      key={notice.id}
      look={notice.severity}
      actions={
        <Button size="small" onClick={() => core.system.dismissNotice({ id: notice.id }).catch(reportError)}>
          Dismiss
        </Button>
      }
    >
      {notice.message}
    </Banner>
  ));
}
