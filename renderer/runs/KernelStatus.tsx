import { CircleAlert, CircleDot, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { useEditorsStore } from '../editor/index.ts';
import { formatBytes } from '../lib/units.ts';
import { knownPythonVersion, useKernelView, type KernelView } from './kernels.ts';

interface Shown {
  text: string;
  /** More, in the tooltip and for screen readers. */
  detail: string | null;
  icon: ReactNode;
  memoryBytes: number | null;
}

function shortVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

const ready = <CircleDot size={13} aria-hidden className="text-success" />;
const busy = <LoaderCircle size={13} aria-hidden className="animate-spin text-accent-text" />;
const bad = <CircleAlert size={13} aria-hidden className="text-danger" />;

function shown({ kernel, spare, failure }: KernelView): Shown {
  const python = `Python ${shortVersion('pythonVersion' in kernel ? kernel.pythonVersion : knownPythonVersion())}`;
  switch (kernel.status) {
    case 'ready':
      return { text: `${python} ready`, detail: null, icon: ready, memoryBytes: kernel.memoryBytes };
    case 'busy':
      return { text: `${python} ${kernel.stopping ? 'stopping' : 'running'}`, detail: null, icon: busy, memoryBytes: kernel.memoryBytes };
    case 'starting':
      return { text: `${python} starting`, detail: null, icon: busy, memoryBytes: null };
    case 'lost':
      // The next run takes the spare: what counts is whether that one is ready.
      return spare === 'ready'
        ? { text: `${python} ready`, detail: `Variables are gone. ${kernel.reason}`, icon: ready, memoryBytes: null }
        : { text: `${python} lost`, detail: kernel.reason, icon: bad, memoryBytes: null };
    case 'failed':
      return { text: `${python} could not start`, detail: kernel.message, icon: bad, memoryBytes: null };
    case 'idle':
      if (failure !== null) return { text: `${python} could not start`, detail: failure, icon: bad, memoryBytes: null };
      return spare === 'ready'
        ? { text: `${python} ready`, detail: null, icon: ready, memoryBytes: null }
        : { text: `${python} ${spare === 'starting' ? 'starting' : 'not started'}`, detail: null, icon: spare === 'starting' ? busy : <CircleDot size={13} aria-hidden />, memoryBytes: null };
  }
}

/** How the kernel of the tab in front is: `Python 3.14 ready`. */
export function KernelStatus() {
  const tabId = useEditorsStore((state) => state.activeId);
  const { text, detail, icon, memoryBytes } = shown(useKernelView(tabId));
  return (
    <div className="flex min-w-0 items-center gap-1.5" title={detail ?? undefined}>
      {icon}
      <span role="status" aria-label="Kernel" className="whitespace-nowrap">
        {text}
      </span>
      {memoryBytes !== null && <span className="whitespace-nowrap text-muted">· {formatBytes(memoryBytes)}</span>}
      {detail !== null && <span className="min-w-0 truncate text-muted">· {detail}</span>}
    </div>
  );
}

