import type { TabId } from '../../contract/ids.ts';
import { FrameLink } from './frameLink.ts';
import { KernelHandle } from './kernelHandle.ts';
import type { KernelLink } from './kernelLink.ts';

/** Most interpreters alive at once, the spare among them. */
export const maxKernels = 4;
/** The spare is made this long after the last one was taken and ready: its start does not slow that one's, nor its first run. */
const refillMs = 500;

export type SpareState = 'none' | 'starting' | 'ready';
export type KernelHostState = {
  spare: SpareState;
  alive: number;
  /** Why Python could not start the last time it was tried; null once it is tried again. */
  failure: string | null;
};

export type KernelHost = {
  /** The kernel of a tab, made when first asked for; nothing starts before its first execution. */
  kernel(tabId: TabId): KernelHandle;
  /** Called after each change of `state()` or of a kernel's state. */
  subscribe(listener: () => void): () => void;
  state(): KernelHostState;
  /** Starts the frame and the spare, once the window has painted; may be called again. Without it the first execution does so. */
  warm(): void;
  /** Ends all kernels and takes the frame out of the page. */
  dispose(): void;
};

/** What a handle asks of the host. */
export type KernelSource = {
  /** An interpreter that nobody has used: the spare, or a new one. Null when all are at work. */
  take(): KernelLink | null;
  /** Builds the frame anew: it did not do what it was told. All its kernels are lost. */
  rebuild(reason: string): void;
  changed(): void;
};

/**
 * Makes the window's side of Python. At most four interpreters are alive, one of them a warm spare while there is room. When a fifth is
 * needed, the idle one that was used longest ago is let go, one without variables first; its tab is told (`lost`).
 */
export function createKernelHost(options: { frameUrl?: string } = {}): KernelHost {
  const frameUrl = options.frameUrl ?? new URL('runner/runner.html', document.baseURI).href;
  const handles = new Map<TabId, KernelHandle>();
  const listeners = new Set<() => void>();
  const alive = new Set<KernelLink>();
  let frame: FrameLink | null = null;
  let spare: KernelLink | null = null;
  let refill: ReturnType<typeof setTimeout> | undefined;
  let disposed = false;
  let failure: string | null = null;

  function changed(): void {
    for (const listener of [...listeners]) listener();
  }

  function onLinkChange(link: KernelLink): void {
    if (link.state.status === 'lost' || link.state.status === 'failed') {
      alive.delete(link);
      if (spare === link) spare = null;
      if (link.state.status === 'failed') failure = link.state.message;
      // Assets that could not be loaded are asked for anew with the next start.
      if (link.state.status === 'failed' && frame?.owns(link) === true) rebuild(link.state.message);
    }
    for (const handle of handles.values()) handle.linkChanged(link);
    changed();
  }

  function open(): KernelLink {
    failure = null;
    frame ??= new FrameLink(frameUrl, rebuild);
    const link = frame.open(onLinkChange);
    alive.add(link);
    return link;
  }

  function rebuild(reason: string): void {
    const old = frame;
    frame = null;
    spare = null;
    old?.dispose(reason);
    changed();
  }

  function warm(): void {
    if (disposed || spare !== null || alive.size >= maxKernels) return;
    spare = open();
    changed();
  }

  function makeRoom(): boolean {
    if (alive.size < maxKernels) return true;
    const idle = [...alive].filter((link) => link.state.status === 'ready' && link !== spare);
    idle.sort((a, b) => Number(a.hasVariables) - Number(b.hasVariables) || a.lastUsed - b.lastUsed);
    const [oldest] = idle;
    oldest?.end({ status: 'lost', reason: 'Its memory went to another tab, since four were in use; its variables are gone.' }, 'stopped');
    return oldest !== undefined;
  }

  function take(): KernelLink | null {
    const taken = spare ?? (makeRoom() ? open() : null);
    spare = null;
    void taken?.started().then((state) => {
      clearTimeout(refill);
      if (!disposed && state.status === 'ready') refill = setTimeout(warm, refillMs);
    });
    return taken;
  }

  const source: KernelSource = { take, rebuild, changed };

  return {
    kernel(tabId) {
      let handle = handles.get(tabId);
      if (handle === undefined) {
        handle = new KernelHandle(source, () => handles.delete(tabId));
        handles.set(tabId, handle);
      }
      return handle;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => ({
      spare: spare === null ? 'none' : spare.state.status === 'starting' ? 'starting' : 'ready',
      alive: alive.size,
      failure,
    }),
    warm,
    dispose() {
      disposed = true;
      clearTimeout(refill);
      rebuild('The window was closed.');
      listeners.clear();
    },
  };
}
