import { AppError } from '../../contract/errors.ts';
import type { ExecuteCommand, ExecutionEnd, KernelEvent } from './kernelTypes.ts';
import type { KernelSource } from './kernelHost.ts';
import type { KernelLink, Variables } from './kernelLink.ts';

/** After Stop the frame ends an execution within 1 s; if nothing was heard after this, the frame itself is at fault. */
const stopMs = 2000;

export type KernelState =
  /** Nothing was run yet. */
  | { status: 'idle' }
  | { status: 'starting' }
  | { status: 'ready'; pythonVersion: string; pyodideVersion: string; memoryBytes: number }
  | { status: 'busy'; pythonVersion: string; pyodideVersion: string; memoryBytes: number; stopping: boolean }
  /** The variables are gone; the next run starts clean. */
  | { status: 'lost'; reason: string }
  /** Python could not start; the next run tries again. */
  | { status: 'failed'; message: string };

export type Execution = {
  /** Stops it: sure to end within 2 s, with what was printed kept. */
  stop(): void;
  /** Answers an `inputRequested`; null is the end of file. */
  input(text: string | null): void;
  /** `count` more output events (text, display, result, error, note) were taken over; at most 2 MB of them are under way unacknowledged. */
  acknowledge(count: number): void;
  /** Never rejects. Its event `finished` came before. */
  ended: Promise<ExecutionEnd>;
};

/** The kernel of one tab: keeps its variables from run to run, on one interpreter at a time. */
export class KernelHandle {
  readonly #source: KernelSource;
  readonly #onDispose: () => void;
  readonly #listeners = new Set<() => void>();
  #link: KernelLink | null = null;
  /** The interpreter of an execution in flight, which is another than the tab's own in a fresh run. */
  #running: KernelLink | null = null;
  #busy = false;
  #stopping = false;
  #lost: KernelState | null = null;

  /** Made by KernelHost.kernel. */
  constructor(source: KernelSource, onDispose: () => void) {
    this.#source = source;
    this.#onDispose = onDispose;
  }

  state(): KernelState {
    const link = this.#running ?? this.#link;
    if (link === null) return this.#lost ?? { status: 'idle' };
    const { state } = link;
    return state.status === 'busy' ? { ...state, stopping: this.#stopping } : state;
  }

  /** Called after each change of `state()`. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Runs a source; events come in order, `finished` last, `lost` before it when the interpreter is gone. `globals: 'fresh'` runs in an interpreter of its own, which is thrown away.
   * @throws AppError CONFLICT while another execution of this kernel is in flight
   */
  execute(command: ExecuteCommand, on: (event: KernelEvent) => void): Execution {
    if (this.#busy) {
      throw new AppError('CONFLICT', 'A run of this tab is still in flight.', { action: 'Wait for it or stop it.' });
    }
    this.#busy = true;
    this.#stopping = false;
    let stopped = false;
    let used: KernelLink | null = null;
    const notify = (): void => this.#notify();
    const startedAt = performance.now();
    // After this call has returned: `on` may use the execution that it gives.
    const ended = Promise.resolve().then(() => this.#run(command, on, () => stopped, startedAt, (link) => (used = link))).finally(() => {
      this.#busy = false;
      this.#running = null;
      this.#stopping = false;
      notify();
    });
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    void ended.then(() => clearTimeout(watchdog));
    return {
      ended,
      stop: () => {
        if (stopped || !this.#busy) return;
        stopped = true;
        this.#stopping = true;
        this.#running?.send({ type: 'interrupt' });
        watchdog = setTimeout(() => this.#source.rebuild('The frame in which Python runs did not obey, so it was made anew.'), stopMs);
        this.#stopStart?.();
        notify();
      },
      input: (text) => this.#running?.send({ type: 'input', text }),
      // Also after the end: what is never acknowledged would count against the interpreter's next execution.
      acknowledge: (count) => used?.send({ type: 'acknowledge', count }),
    };
  }

  /** Ends a wait for an interpreter that is still starting. */
  #stopStart: (() => void) | null = null;

  async #run(
    command: ExecuteCommand,
    on: (event: KernelEvent) => void,
    isStopped: () => boolean,
    startedAt: number,
    onLink: (link: KernelLink) => void,
  ): Promise<ExecutionEnd> {
    const link = this.#acquire(command.globals, on);
    const finish = (status: 'failed' | 'stopped', exitCode: number, kernelLost: boolean): ExecutionEnd => {
      const end: ExecutionEnd = { status, exitCode, durationMs: performance.now() - startedAt, peakMemoryBytes: null, packages: null, kernelLost };
      on({ type: 'finished', end });
      return end;
    };
    if (link === null) return finish('failed', 1, false);
    this.#running = link;
    onLink(link);
    this.#notify();
    const stop = new Promise<null>((resolve) => {
      this.#stopStart = () => resolve(null);
    });
    const started = await Promise.race([link.started(), stop]);
    this.#stopStart = null;
    if (started === null || isStopped()) {
      if (command.globals === 'fresh') link.end({ status: 'lost', reason: 'Not needed.' }, 'stopped');
      return finish('stopped', 130, false);
    }
    if (started.status === 'failed') {
      on({ type: 'startFailed', message: started.message });
      return finish('failed', 1, true);
    }
    if (started.status !== 'ready') return finish('failed', 1, true);
    const end = await link.execute({ ...command, type: 'execute' }, on);
    if (command.globals === 'fresh') link.end({ status: 'lost', reason: 'The clean run is over.' }, 'stopped');
    return end;
  }

  #acquire(globals: 'keep' | 'fresh', on: (event: KernelEvent) => void): KernelLink | null {
    const link = globals === 'keep' && this.#link !== null ? this.#link : this.#source.take();
    if (link === null) {
      on({ type: 'note', text: 'Four scripts are running, and no more run at once: stop one of them, then run this again.' });
      return null;
    }
    if (globals === 'keep') {
      if (this.#lost?.status === 'lost') on({ type: 'note', text: `The variables of earlier runs are gone. ${this.#lost.reason}` });
      this.#link = link;
      this.#lost = null;
    }
    return link;
  }

  /**
   * The tab's variables. Empty when nothing was run.
   * @throws AppError CONFLICT while an execution is in flight · UNAVAILABLE when the kernel went away meanwhile
   */
  async inspect(): Promise<Variables> {
    if (this.#busy) throw new AppError('CONFLICT', 'Variables are shown between runs.', { retryable: true });
    if (this.#link === null) return { variables: [], memoryBytes: 0 };
    await this.#link.started();
    const variables = await this.#link?.inspect();
    if (variables === null || variables === undefined) throw new AppError('UNAVAILABLE', 'The kernel went away while its variables were read.');
    return variables;
  }

  /** Ends the interpreter and puts a clean one in its place; a run in flight ends as stopped. Resolves when the new one is ready. */
  async restart(): Promise<void> {
    this.#end('The kernel was restarted.');
    this.#lost = null;
    this.#link = this.#source.take();
    this.#notify();
    await this.#link?.started();
  }

  /** Ends the interpreter: the tab was closed. */
  dispose(): void {
    this.#end('The tab was closed.');
    this.#lost = null;
    this.#onDispose();
    this.#listeners.clear();
  }

  #end(reason: string): void {
    this.#running?.end({ status: 'lost', reason }, 'stopped');
    this.#link?.end({ status: 'lost', reason }, 'stopped');
    this.#link = null;
  }

  /** Called by the host for each change of any link. */
  linkChanged(link: KernelLink): void {
    if (link === this.#link && (link.state.status === 'lost' || link.state.status === 'failed')) {
      this.#lost = link.state;
      this.#link = null;
    }
    if (link === this.#link || link === this.#running || this.#lost !== null) this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#source.changed();
  }
}
