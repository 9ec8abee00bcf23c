import { ControlReceiver } from '../protocol/control.ts';
import { maxPackagesLength, type WorkerCommand, type WorkerMessage } from '../protocol/wire.ts';
import { OutputBuffer } from './outputBuffer.ts';
import type { Bridge, KernelModule, PyBufferView, Pyodide } from './pyodide.ts';
import { SignalSource } from './signalSource.ts';

export type SessionOptions = {
  python: Pyodide;
  control: SharedArrayBuffer;
  /** How messages leave; bound to its port before any script runs. */
  send(message: WorkerMessage, transfer?: Transferable[]): void;
  startedFrom: 'snapshot' | 'load';
  /** performance.now() when the worker began. */
  startedAt: number;
};

const now = performance.now.bind(performance);

/**
 * One interpreter and its console: takes commands one at a time and answers with messages. Everything in it is synchronous: while Python
 * runs, sleeps or asks, the worker reads no messages, and only the shared control memory reaches it.
 */
export class KernelSession {
  readonly #python: Pyodide;
  readonly #control: ControlReceiver;
  readonly #send: SessionOptions['send'];
  readonly #signals: SignalSource;
  readonly #output: OutputBuffer;
  readonly #execute: KernelModule['execute'];
  readonly #inspectVariables: KernelModule['inspect_variables'];
  readonly #staging: PyBufferView;
  readonly #stagingOffset: number;
  #dead = false;

  constructor(options: SessionOptions) {
    this.#python = options.python;
    this.#control = new ControlReceiver(options.control);
    this.#send = options.send;
    this.#signals = new SignalSource(this.#control);
    this.#output = new OutputBuffer(this.#control, options.send);
    const kernel = this.#python.pyimport('_pyexekube.kernel');
    // Each look at a member makes a new proxy: one look is enough.
    this.#execute = kernel.execute;
    this.#inspectVariables = kernel.inspect_variables;
    // Held for good, so that the bytearray keeps its place; the memory's view is new after each growth, its offset is not.
    this.#staging = kernel.start(this.#bridge()).getBuffer('u8');
    this.#stagingOffset = this.#staging.data.byteOffset;
    this.#python.setStdin({ stdin: () => this.#ask('', false) || null });
    this.#python.setStdout({ write: (bytes) => this.#writeRaw('stdout', bytes) });
    this.#python.setStderr({ write: (bytes) => this.#writeRaw('stderr', bytes) });
    this.#python.setInterruptBuffer(this.#signals);
    this.#send({
      type: 'ready',
      pythonVersion: kernel.version(),
      pyodideVersion: this.#python.version,
      memoryBytes: this.#memoryBytes(),
      startMs: now() - options.startedAt,
      startedFrom: options.startedFrom,
    });
  }

  handle(command: WorkerCommand): void {
    if (this.#dead) return;
    if (command.type === 'execute') this.#run(command);
    else this.#inspect();
  }

  #run(command: Extract<WorkerCommand, { type: 'execute' }>): void {
    const startedAt = now();
    // A Stop that came after the last execution had ended is not for this one.
    this.#control.takeSignal();
    this.#signals.setRunning(true);
    try {
      const { source, filename, isFile, lineOffset, argv, files } = command;
      // Python knows undefined as None; null would come as an object of its own.
      const names = files.length === 0 ? undefined : files.map((file) => file.path);
      const datas = files.length === 0 ? undefined : files.map((file) => file.data ?? undefined);
      const { exitCode, interrupted, packages } = parseEnd(this.#execute(source, filename, isFile, lineOffset, argv, names, datas));
      this.#signals.setRunning(false);
      this.#output.flush();
      this.#send({ type: 'finished', exitCode, interrupted, durationMs: now() - startedAt, memoryBytes: this.#memoryBytes(), packages });
    } catch (error) {
      this.#die(error);
    }
  }

  #inspect(): void {
    this.#control.takeSignal();
    this.#signals.setRunning(true);
    try {
      const json = this.#inspectVariables();
      this.#signals.setRunning(false);
      this.#send({ type: 'variables', json, memoryBytes: this.#memoryBytes() });
    } catch (error) {
      this.#die(error);
    }
  }

  /** Python itself ended: os._exit, or an error of the WebAssembly machine such as a native stack overflow. */
  #die(error: unknown): void {
    this.#dead = true;
    this.#signals.setRunning(false);
    this.#output.flush();
    this.#send({ type: 'died', ...causeOfDeath(error) });
  }

  #bridge(): Bridge {
    return {
      write: (file, size) => {
        const bytes = this.#python._module.HEAPU8.subarray(this.#stagingOffset, this.#stagingOffset + size);
        return !this.#output.write(file === 2 ? 'stderr' : 'stdout', bytes);
      },
      flush: () => !this.#output.flush(),
      output: (json) => !this.#output.output(json),
      ask: (prompt, password) => this.#ask(prompt, password),
      sleep: (seconds) => {
        this.#control.waitUntil(() => false, seconds * 1000);
        return this.#control.isInterrupted();
      },
      take_interrupt: () => this.#signals.isRunning() && this.#control.takeSignal() !== 0,
      put_back_interrupt: () => this.#control.putBackSignal(),
      ended: () => this.#signals.setRunning(false),
    };
  }

  #ask(prompt: string, password: boolean): string | undefined | false {
    this.#output.flush();
    this.#control.clearAnswer();
    this.#send({ type: 'inputRequested', prompt, password });
    const decoder = new TextDecoder();
    let line = '';
    for (;;) {
      const piece = this.#control.waitAnswer();
      if (piece.kind === 'interrupted') return false;
      if (piece.kind === 'endOfFile') return undefined;
      line += decoder.decode(piece.bytes, { stream: piece.more });
      if (!piece.more) break;
      this.#send({ type: 'answerTaken' });
    }
    this.#output.write('stdin', new TextEncoder().encode(`${password ? '•'.repeat(Math.min(line.length, 8)) : line}\n`));
    this.#output.flush();
    return line;
  }

  /** What code below Python's own streams writes to the files 1 and 2. */
  #writeRaw(stream: 'stdout' | 'stderr', bytes: Uint8Array): number {
    this.#output.write(stream, bytes);
    return bytes.length;
  }

  #memoryBytes(): number {
    return this.#python._module.HEAPU8.length;
  }
}

function parseEnd(json: string): { exitCode: number; interrupted: boolean; packages: string | null } {
  const end: unknown = JSON.parse(json);
  if (typeof end === 'object' && end !== null && 'exitCode' in end && 'interrupted' in end) {
    const packages = 'packages' in end && typeof end.packages === 'string' && end.packages.length <= maxPackagesLength ? end.packages : null;
    return { exitCode: Number(end.exitCode) || 0, interrupted: end.interrupted === true, packages };
  }
  throw new Error('The Python side gave no end.');
}

function causeOfDeath(error: unknown): { reason: string; exitCode: number } {
  if (!(error instanceof Error)) return { reason: 'The Python interpreter stopped.', exitCode: 1 };
  // Emscripten throws an object with `status` when a program calls exit.
  const status: unknown = 'status' in error ? error.status : undefined;
  if (typeof status === 'number') return { reason: `The script ended the interpreter itself (exit code ${status}).`, exitCode: status };
  const reason =
    error instanceof RangeError || /call stack|stack overflow/i.test(error.message)
      ? 'The Python interpreter ran out of stack: the recursion was too deep for WebAssembly.'
      : `The Python interpreter failed: ${error.message.slice(0, 2000)}`;
  return { reason, exitCode: 1 };
}
