import { loadPyodide } from 'pyodide';
import { ControlSender, createControl } from '../protocol/control.ts';
import { KernelEvent } from '../protocol/messages.ts';
import type { WorkerCommand, WorkerMessage } from '../protocol/wire.ts';
import type { CreateModule, LoadPyodide } from '../worker/pyodide.ts';
import { KernelSession } from '../worker/session.ts';
import { startPython } from '../worker/startPython.ts';

/** Pyodide from npm under Node, with our Python side mounted from its sources. */
const loadWithOurs: LoadPyodide = async (options) => {
  const { lockFileContents: _lock, ...rest } = options;
  const python = await (loadPyodide as unknown as LoadPyodide)(rest);
  const mount = python as unknown as { mountNodeFS(at: string, from: string): void; runPython(code: string): void };
  if (rest._loadSnapshot === undefined) {
    mount.mountNodeFS('/lib/python3.14/ours', new URL('../python', import.meta.url).pathname);
    mount.runPython('import sys; sys.path.append("/lib/python3.14/ours"); del sys');
  }
  return python;
};

export async function realPyodide(): Promise<{ loadPyodide: LoadPyodide; createModule: CreateModule }> {
  const name = 'pyodide/pyodide.asm.mjs';
  const module: { default: CreateModule } = await import(name);
  return { loadPyodide: loadWithOurs, createModule: module.default };
}

export type Outcome = {
  events: KernelEvent[];
  /** Text of one stream, or of all three. */
  text(stream?: 'stdout' | 'stderr' | 'stdin'): string;
  error: Extract<KernelEvent, { type: 'error' }> | undefined;
  result: string | undefined;
  exitCode: number;
  interrupted: boolean;
  /** Why the interpreter ended, if it did. */
  died: string | undefined;
  durationMs: number;
};

type RunOptions = Partial<Omit<Extract<WorkerCommand, { type: 'execute' }>, 'type' | 'source'>> & {
  /** Answers to the questions that the script asks; null is the end of file. */
  answers?: (string | null)[];
  /** Presses Stop when this text was printed, and again with every message after it. */
  stopAt?: string;
};

/**
 * A kernel with a real interpreter in this very thread. The test is its frame: it acknowledges, answers and stops from within the
 * messages that the kernel sends, so nothing needs a second thread or a wait.
 */
export class TestKernel {
  readonly control: ControlSender;
  readonly session: KernelSession;
  messages: WorkerMessage[] = [];
  onMessage: (message: WorkerMessage) => void = () => undefined;

  private constructor(session: (kernel: TestKernel, memory: SharedArrayBuffer) => KernelSession) {
    const memory = createControl();
    this.control = new ControlSender(memory);
    this.session = session(this, memory);
  }

  static async start(snapshot: Uint8Array | null = null): Promise<TestKernel> {
    const startedAt = performance.now();
    const { python, startedFrom } = await startPython({ ...(await realPyodide()), snapshot: snapshot === null ? null : () => snapshot });
    return new TestKernel(
      (kernel, control) =>
        new KernelSession({
          python,
          control,
          startedFrom,
          startedAt,
          send(message) {
            kernel.messages.push(message);
            if (message.type === 'text' || message.type === 'output') kernel.control.acknowledge(1);
            kernel.onMessage(message);
          },
        }),
    );
  }

  run(source: string, options: RunOptions = {}): Outcome {
    const { answers = [], stopAt, ...command } = options;
    this.messages = [];
    let printed = '';
    this.onMessage = (message) => {
      if (message.type === 'inputRequested') this.control.answer(answers.shift() ?? null);
      if (message.type === 'answerTaken') this.control.continueAnswer();
      if (message.type === 'text') printed += new TextDecoder().decode(message.bytes);
      if (stopAt !== undefined && printed.includes(stopAt)) this.control.interrupt();
    };
    this.session.handle({ type: 'execute', source, filename: 'scratch 1', isFile: false, lineOffset: 1, argv: [], files: [], ...command });
    this.onMessage = () => undefined;
    return outcomeOf(this.messages);
  }
}

function outcomeOf(messages: WorkerMessage[]): Outcome {
  const events = messages.flatMap((message): KernelEvent[] => {
    if (message.type === 'text') return [{ type: 'text', stream: message.stream, text: new TextDecoder().decode(message.bytes) }];
    return message.type === 'output' ? [KernelEvent.parse(JSON.parse(message.json))] : [];
  });
  const end = messages.find((message) => message.type === 'finished');
  const died = messages.find((message) => message.type === 'died');
  const result = events.find((event) => event.type === 'result')?.bundle['text/plain'];
  return {
    events,
    text: (stream) => events.map((event) => (event.type === 'text' && (stream === undefined || event.stream === stream) ? event.text : '')).join(''),
    error: events.find((event) => event.type === 'error'),
    result: typeof result === 'string' ? result : undefined,
    exitCode: end?.exitCode ?? died?.exitCode ?? -1,
    interrupted: end?.interrupted ?? false,
    died: died?.reason,
    durationMs: end?.durationMs ?? 0,
  };
}
