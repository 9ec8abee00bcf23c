import { Check, CircleDashed, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useCursorStore, useEditorsStore } from '../editor/index.ts';
import { JobsStatus } from '../jobs/index.ts';
import { useConnection } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';
import { KernelStatus } from '../runs/index.ts';

/** The line at the bottom: the kernel, whether all is kept, the cluster that is the target, where the cursor is. */
export function StatusBar() {
  return (
    <footer
      aria-label="Status bar"
      data-region="Status bar"
      tabIndex={-1}
      className="flex h-7 shrink-0 items-center gap-4 overflow-hidden whitespace-nowrap border-t border-line bg-sunken px-3 text-xs text-muted outline-none"
    >
      <KernelStatus />
      <Keeping />
      <JobsStatus />
      <span className="grow" />
      <Cursor />
    </footer>
  );
}

/** Saving takes a moment with each pause of typing; only a long one is worth a word. */
const patienceMs = 1500;

/** Whether something has been true for a while. */
function useLasting(now: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!now) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), patienceMs);
    return () => clearTimeout(timer);
  }, [now]);
  return now && lasting;
}

function Keeping() {
  const keeping = useEditorsStore((state) => state.keeping);
  const slow = useLasting(keeping === 'pending');
  const canSave = useSystem((state) => state.storage.state === 'ok');
  const status = useConnection((state) => state.status);
  if (status === 'connecting') {
    return (
      <Item icon={<CircleDashed size={13} aria-hidden />}>
        Connecting…
      </Item>
    );
  }
  if (status !== 'connected') {
    return (
      <Item icon={<TriangleAlert size={13} aria-hidden className="text-warning" />}>
        Not connected
      </Item>
    );
  }
  if (!canSave && keeping === 'kept') {
    return (
      <Item icon={<TriangleAlert size={13} aria-hidden className="text-warning" />} title="What you typed is on disk; nothing else can be saved at the moment.">
        Not saving
      </Item>
    );
  }
  switch (keeping === 'pending' && !slow ? 'kept' : keeping) {
    case 'kept':
      return (
        <Item icon={<Check size={13} aria-hidden />} title="Everything that you typed is on disk, saved to a file or not.">
          All kept
        </Item>
      );
    case 'pending':
      return (
        <Item icon={<CircleDashed size={13} aria-hidden />} title="What you typed last is on its way to the disk.">
          Keeping…
        </Item>
      );
    case 'failing':
      return (
        <Item icon={<TriangleAlert size={13} aria-hidden className="text-warning" />} title="What you typed last is only in this window; it is tried again every two seconds.">
          Not kept yet
        </Item>
      );
  }
}

function Item({ icon, title, children }: { icon: React.ReactNode; title?: string; children: string }) {
  return (
    <span className="flex items-center gap-1.5" title={title}>
      {icon}
      {children}
    </span>
  );
}

function Cursor() {
  const shown = useEditorsStore((state) => state.activeId !== null);
  const crlf = useEditorsStore((state) => state.tabs.find((tab) => tab.id === state.activeId)?.lineEnding === 'crlf');
  const { line, column, selected, cursors } = useCursorStore();
  if (!shown) return null;
  return (
    <>
      {crlf && <span title="The file's lines end as on Windows; they stay so when it is saved.">CRLF</span>}
      <span className="tabular-nums">
        {cursors > 1 ? `${cursors} cursors` : `Ln ${line}, Col ${column}`}
        {selected > 0 && ` (${selected} selected)`}
      </span>
    </>
  );
}
