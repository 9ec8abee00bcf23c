import { KernelEvent, type ExecutionEnd, type KernelCommand, type KernelVariable } from '../../kernel/protocol/messages.ts';
import { FrameMessage } from '../../kernel/protocol/wire.ts';

export type LinkState =
  | { status: 'starting' }
  | { status: 'ready'; pythonVersion: string; pyodideVersion: string; memoryBytes: number }
  | { status: 'busy'; pythonVersion: string; pyodideVersion: string; memoryBytes: number }
  | { status: 'lost'; reason: string }
  | { status: 'failed'; message: string };

export type Variables = { variables: KernelVariable[]; memoryBytes: number };

type InFlight = { on: (event: KernelEvent) => void; resolve: (end: ExecutionEnd) => void; startedAt: number; decoders: Map<string, TextDecoder> };

/**
 * The window's end of one kernel's port. Whatever comes out of it is parsed, with its caps, before anybody sees it; which run
 * it belongs to is known from here alone. A message that does not fit ends the kernel.
 */
export class KernelLink {
  state: LinkState = { status: 'starting' };
  /** When it was used last, and whether it may hold variables: what decides which one is let go. */
  lastUsed = performance.now();
  hasVariables = false;
  readonly #port: MessagePort;
  readonly #onChange: (link: KernelLink) => void;
  #inFlight: InFlight | null = null;
  #lastEnd: ExecutionEnd | null = null;
  #inspections: ((variables: Variables | null) => void)[] = [];
  #readyWaiters: (() => void)[] = [];

  constructor(port: MessagePort, onChange: (link: KernelLink) => void) {
    this.#port = port;
    this.#onChange = onChange;
    port.onmessage = (event) => this.#receive(event.data);
  }

  /** Resolves when the start is over, one way or the other. */
  async started(): Promise<LinkState> {
    if (this.state.status === 'starting') await new Promise<void>((resolve) => this.#readyWaiters.push(resolve));
    return this.state;
  }

  execute(command: KernelCommand & { type: 'execute' }, on: (event: KernelEvent) => void): Promise<ExecutionEnd> {
    this.lastUsed = performance.now();
    this.hasVariables = true;
    return new Promise((resolve) => {
      this.#inFlight = { on, resolve, startedAt: performance.now(), decoders: new Map() };
      if (this.state.status === 'ready') this.#become({ ...this.state, status: 'busy' });
      this.send(command);
    });
  }

  send(command: KernelCommand): void {
    this.#port.postMessage(command);
  }

  /** The variables, or null when the kernel went away meanwhile. */
  inspect(): Promise<Variables | null> {
    return new Promise((resolve) => {
      this.#inspections.push(resolve);
      if (this.#inspections.length === 1) this.send({ type: 'inspect' });
    });
  }

  /** Ends the kernel from this side; an execution in flight ends with the given status. */
  end(state: LinkState, status: 'stopped' | 'failed' | 'interrupted'): void {
    if (this.state.status === 'lost' || this.state.status === 'failed') return;
    this.send({ type: 'dispose' });
    this.#port.close();
    this.#gone(state, status);
  }

  #receive(data: unknown): void {
    const message = FrameMessage.safeParse(data);
    const event = message.success ? this.#eventOf(message.data) : null;
    if (event === null) {
      this.end({ status: 'lost', reason: 'The kernel sent something that is no message of ours, so it was ended.' }, 'failed');
      return;
    }
    switch (event.type) {
      case 'ready':
        this.#become({ status: 'ready', pythonVersion: event.pythonVersion, pyodideVersion: event.pyodideVersion, memoryBytes: event.memoryBytes });
        return;
      case 'startFailed':
        this.#port.close();
        this.#gone({ status: 'failed', message: event.message }, 'failed');
        return;
      case 'lost':
        this.#port.close();
        this.#gone({ status: 'lost', reason: event.reason }, 'failed');
        return;
      case 'variables':
        for (const resolve of this.#inspections.splice(0)) resolve(event);
        return;
      case 'finished':
        // With its interpreter lost, why follows at once: the execution is over when that is known, too.
        if (event.end.kernelLost) this.#lastEnd = event.end;
        else this.#finish(event.end);
        return;
      default:
        this.#inFlight?.on(event);
    }
  }

  /** What the frame passed on, as an event; null if it is not what it says it is. */
  #eventOf(message: FrameMessage): KernelEvent | null {
    switch (message.type) {
      case 'text':
        return { type: 'text', stream: message.stream, text: this.#decode(message.stream, message.bytes) };
      case 'output': {
        const event = parsedJson(message.json);
        const outputs = ['display', 'result', 'error', 'note'];
        return event !== null && outputs.includes(event.type) ? event : null;
      }
      case 'variables': {
        const event = KernelEvent.safeParse({ type: 'variables', variables: json(message.json), memoryBytes: message.memoryBytes });
        return event.success ? event.data : null;
      }
      case 'finished': {
        const { type, memoryBytes, packages, ...end } = message;
        const event = KernelEvent.safeParse({ type, end: { ...end, peakMemoryBytes: memoryBytes, packages: packages === null ? null : json(packages) } });
        return event.success ? event.data : null;
      }
      default: {
        const event = KernelEvent.safeParse(message);
        return event.success ? event.data : null;
      }
    }
  }

  /** A piece may end within a character: the rest of it comes with the next. */
  #decode(stream: string, bytes: Uint8Array): string {
    if (this.#inFlight === null) return '';
    let decoder = this.#inFlight.decoders.get(stream);
    if (decoder === undefined) {
      decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      this.#inFlight.decoders.set(stream, decoder);
    }
    return decoder.decode(bytes, { stream: true });
  }

  #finish(end: ExecutionEnd): void {
    const inFlight = this.#inFlight;
    this.#inFlight = null;
    this.lastUsed = performance.now();
    if (this.state.status === 'busy') {
      this.#become({ ...this.state, status: 'ready', memoryBytes: end.peakMemoryBytes ?? this.state.memoryBytes });
    }
    inFlight?.on({ type: 'finished', end });
    inFlight?.resolve(end);
  }

  #gone(state: LinkState, status: 'stopped' | 'failed' | 'interrupted'): void {
    this.#become(state);
    for (const resolve of this.#inspections.splice(0)) resolve(null);
    if (this.#inFlight === null) return;
    if (state.status === 'lost') this.#inFlight.on({ type: 'lost', reason: state.reason });
    const durationMs = performance.now() - this.#inFlight.startedAt;
    this.#finish(this.#lastEnd ?? { status, exitCode: status === 'failed' ? 1 : 130, durationMs, peakMemoryBytes: null, packages: null, kernelLost: true });
  }

  #become(state: LinkState): void {
    this.state = state;
    if (state.status !== 'starting') for (const resolve of this.#readyWaiters.splice(0)) resolve();
    this.#onChange(this);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsedJson(text: string): KernelEvent | null {
  const event = KernelEvent.safeParse(json(text));
  return event.success ? event.data : null;
}
