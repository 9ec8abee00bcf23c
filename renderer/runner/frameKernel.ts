import { ControlSender, createControl } from '../../kernel/protocol/control.ts';
import {
  interruptIntervalMs,
  terminateAfterMs,
  type KernelCommand,
} from '../../kernel/protocol/messages.ts';
import { Outstanding } from '../../kernel/protocol/outstanding.ts';
import { WorkerMessage, type FrameMessage, type WorkerCommand, type WorkerStart } from '../../kernel/protocol/wire.ts';
import type { PythonAssets } from './assets.ts';

/** What a worker may have under way beyond the limits that our code keeps, which a Stop and one large display overstep: more, and something else is sending. */
const slackMessages = 64;
const slackBytes = 64 * 1024 * 1024;
/** A kernel whose variables cannot be read within this is asked to stop doing so. */
const inspectMs = 2000;

/**
 * One kernel inside the frame: its worker, the memory shared with it, and the one thing that a worker cannot do itself, to stop it.
 * Messages of the worker are looked at before they go on: shape, size, order, and how many are under way.
 */
export class FrameKernel {
  readonly #window: MessagePort;
  readonly #port: MessagePort;
  readonly #control: ControlSender;
  #worker: Worker | null = null;
  readonly #assets: PythonAssets;
  #busySince: number | null = null;
  #stopSince: number | null = null;
  #ladder: ReturnType<typeof setInterval> | undefined;
  #inspecting: ReturnType<typeof setTimeout> | undefined;
  #asked = false;
  #started = false;
  readonly #outstanding = new Outstanding();
  #gone = false;
  readonly #onGone: (kernel: FrameKernel) => void;

  constructor(window: MessagePort, assets: PythonAssets, onGone: (kernel: FrameKernel) => void) {
    this.#window = window;
    this.#onGone = onGone;
    const memory = createControl();
    this.#control = new ControlSender(memory);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = (event) => this.#fromWorker(event.data);
    this.#assets = assets;
    this.#start(port2, memory).catch((error: unknown) => this.#failStart(error));
    // The window is ours and was parsed by TypeScript: its commands are trusted as they are.
    window.onmessage = (event: MessageEvent<KernelCommand>) => this.#fromWindow(event.data);
    window.addEventListener('close', () => this.#end());
  }

  async #start(port: MessagePort, control: SharedArrayBuffer): Promise<void> {
    const { workerUrl, wasm, snapshot, snapshotReady, stdlib, stdlibReady, complete } = this.#assets;
    const worker = new Worker(await workerUrl);
    if (this.#gone) {
      worker.terminate();
      return;
    }
    this.#worker = worker;
    worker.onerror = (event) => {
      event.preventDefault();
      // Later it is a script's own: a callback of JavaScript, a worker that it made; Python itself goes on.
      if (!this.#started) this.#failStart(new Error(`The Python worker failed: ${event.message}`));
    };
    // The worker reads its script while the rest arrives.
    const start: WorkerStart = { port, control, wasm: await wasm, snapshot, snapshotReady, stdlib, stdlibReady };
    worker.postMessage(start, [port]);
    // A worker that waits for what does not come is ended.
    await complete;
  }

  /** A kernel is ready when the whole library is there and is the right one, not before. */
  async #ready(message: Extract<WorkerMessage, { type: 'ready' }>): Promise<void> {
    this.#started = true;
    await this.#assets.complete;
    this.#toWindow(message);
  }

  #failStart(error: unknown): void {
    if (this.#gone) return;
    this.#toWindow({ type: 'startFailed', message: (error instanceof Error ? error.message : String(error)).slice(0, 4096) });
    this.#end();
  }

  #fromWindow(command: KernelCommand): void {
    if (this.#gone) return;
    switch (command.type) {
      case 'execute': {
        if (this.#busySince !== null) return;
        this.#busySince = performance.now();
        this.#stopSince = null;
        this.#control.clearInterrupt();
        const { source, filename, isFile, lineOffset, argv, files } = command;
        this.#toWorker({ type: 'execute', source, filename, isFile, lineOffset, argv, files });
        return;
      }
      case 'interrupt':
        if (this.#busySince !== null) this.#stop();
        return;
      case 'input':
        if (this.#asked) {
          this.#asked = false;
          this.#control.answer(command.text);
        }
        return;
      case 'acknowledge':
        this.#outstanding.acknowledge(command.count);
        this.#control.acknowledge(command.count);
        return;
      case 'inspect':
        if (this.#busySince !== null) return;
        this.#inspecting = setTimeout(() => this.#stop(), inspectMs);
        this.#toWorker({ type: 'inspect' });
        return;
      case 'dispose':
        this.#end();
    }
  }

  #fromWorker(data: unknown): void {
    if (this.#gone) return;
    const parsed = WorkerMessage.safeParse(data);
    if (!parsed.success) {
      this.#lose('The Python worker sent something that is no message of ours.');
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'text':
        this.#output(message, [message.bytes.buffer]);
        return;
      case 'output':
        this.#output(message, []);
        return;
      case 'inputRequested':
        this.#asked = this.#busySince !== null;
        if (this.#asked) this.#toWindow(message);
        return;
      case 'answerTaken':
        this.#control.continueAnswer();
        return;
      case 'finished':
        this.#finished(message);
        return;
      case 'variables':
        clearTimeout(this.#inspecting);
        this.#endLadder();
        this.#toWindow(message);
        return;
      case 'died':
        this.#finishAs(message.exitCode === 0 ? 'succeeded' : 'failed', message.exitCode);
        this.#lose(message.reason);
        return;
      case 'ready':
        this.#ready(message).catch((error: unknown) => this.#failStart(error));
        return;
      case 'startFailed':
        this.#failStart(new Error(message.message));
    }
  }

  #output(message: Extract<WorkerMessage, { type: 'text' | 'output' }>, transfer: Transferable[]): void {
    // Nothing is under way between executions, so nothing may be said then.
    if (this.#busySince === null) return;
    this.#outstanding.add(message.type === 'text' ? message.bytes.length : message.json.length);
    if (this.#outstanding.isFull(slackMessages, slackBytes)) {
      this.#lose('The script sent output past the limits of the console.');
      return;
    }
    this.#window.postMessage(message, transfer);
  }

  #finished(message: Extract<WorkerMessage, { type: 'finished' }>): void {
    if (this.#busySince === null) return;
    const stopped = this.#stopSince !== null && message.interrupted;
    this.#endLadder();
    this.#busySince = null;
    this.#toWindow({
      type: 'finished',
      status: stopped ? 'stopped' : message.exitCode === 0 ? 'succeeded' : 'failed',
      exitCode: message.exitCode,
      durationMs: message.durationMs,
      memoryBytes: message.memoryBytes,
      packages: message.packages,
      kernelLost: false,
    });
  }

  /** Interrupts at once and again every 100 ms, since Python may miss or swallow one; after 1 s the worker is terminated. */
  #stop(): void {
    if (this.#stopSince !== null || this.#gone) return;
    this.#stopSince = performance.now();
    this.#control.interrupt();
    this.#ladder = setInterval(() => {
      if (performance.now() - (this.#stopSince ?? 0) < terminateAfterMs) this.#control.interrupt();
      else this.#terminate();
    }, interruptIntervalMs);
  }

  #terminate(): void {
    this.#endLadder();
    this.#worker?.terminate();
    // What it had sent is in the port's queue already: a message sent to ourselves now comes behind it.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      this.#finishAs('stopped', 130);
      this.#lose('The script did not end when it was stopped, so its interpreter was ended. Its variables are gone.');
    };
    port2.postMessage(null);
  }

  /** Ends the execution in flight, if there is one, together with its interpreter. */
  #finishAs(status: 'succeeded' | 'failed' | 'stopped' | 'interrupted', exitCode: number): void {
    if (this.#busySince === null) return;
    const durationMs = performance.now() - this.#busySince;
    this.#busySince = null;
    this.#toWindow({ type: 'finished', status, exitCode, durationMs, memoryBytes: null, packages: null, kernelLost: true });
  }

  #lose(reason: string): void {
    if (this.#gone) return;
    this.#finishAs('failed', 1);
    this.#toWindow({ type: 'lost', reason: reason.slice(0, 4096) });
    this.#end();
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#endLadder();
    clearTimeout(this.#inspecting);
    this.#worker?.terminate();
    this.#port.close();
    this.#onGone(this);
  }

  #endLadder(): void {
    clearInterval(this.#ladder);
    this.#stopSince = null;
  }

  #toWorker(command: WorkerCommand): void {
    this.#port.postMessage(command);
  }

  #toWindow(message: FrameMessage): void {
    this.#window.postMessage(message);
  }
}
