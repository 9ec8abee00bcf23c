import { newTabId, type TabId } from '../../contract/ids.ts';
import type { ExecutionEnd, KernelEvent } from '../../kernel/protocol/index.ts';
import { createKernelHost, type KernelState } from '../../renderer/runner/index.ts';

/** What a test asks for: one execution, in the kernel of a tab by any name. */
export interface RunRequest {
  tab?: string;
  source: string;
  globals?: 'keep' | 'fresh';
  answers?: (string | null)[];
  /** Presses Stop when this has been printed. */
  stopAt?: string;
  /** Presses Stop when the promise of this name, a member of the global object, has resolved. */
  stopWhen?: string;
  /** Takes over no output, as a window would whose disk is stuck. */
  withoutAcknowledging?: boolean;
}

export interface RunReport {
  text: string;
  /** Kinds of events, without text. */
  kinds: string[];
  error: { name: string; message: string } | null;
  notes: string[];
  startFailed: string | null;
  end: ExecutionEnd;
  state: KernelState;
  /** From Stop to the end. */
  stopMs: number | null;
  outputEvents: number;
}

const host = createKernelHost({ frameUrl: new URL('/runner/runner.html', location.href).href });
const tabs = new Map<string, TabId>();

function tabOf(name: string): TabId {
  const id = tabs.get(name) ?? newTabId();
  tabs.set(name, id);
  return id;
}

async function run(request: RunRequest): Promise<RunReport> {
  const kernel = host.kernel(tabOf(request.tab ?? 'tab'));
  const report = { text: '', kinds: [] as string[], notes: [] as string[], outputEvents: 0 };
  let error: RunReport['error'] = null;
  let startFailed: string | null = null;
  let stoppedAt: number | null = null;
  const answers = [...(request.answers ?? [])];
  function on(event: KernelEvent): void {
    if (event.type !== 'text') report.kinds.push(event.type);
    switch (event.type) {
      case 'text':
        // Enough to judge by; a flood is not kept.
        if (report.text.length < 100_000) report.text += event.text;
        break;
      case 'error':
        error = { name: event.name, message: event.message };
        break;
      case 'note':
        report.notes.push(event.text);
        break;
      case 'startFailed':
        startFailed = event.message;
        break;
      case 'inputRequested':
        execution.input(answers.shift() ?? null);
        break;
      default:
    }
    if (['text', 'display', 'result', 'error', 'note'].includes(event.type)) {
      report.outputEvents++;
      if (request.withoutAcknowledging !== true) execution.acknowledge(1);
    }
    if (request.stopAt !== undefined && stoppedAt === null && report.text.includes(request.stopAt)) {
      stoppedAt = performance.now();
      execution.stop();
    }
  }
  const execution = kernel.execute(
    { source: request.source, filename: 'test.py', isFile: false, lineOffset: 1, globals: request.globals ?? 'keep', argv: [], files: [] },
    on,
  );
  if (request.stopWhen !== undefined) {
    void Promise.resolve(Reflect.get(globalThis, request.stopWhen)).then(() => {
      stoppedAt = performance.now();
      execution.stop();
    });
  }
  const end = await execution.ended;
  return { ...report, error, startFailed, end, state: kernel.state(), stopMs: stoppedAt === null ? null : performance.now() - stoppedAt };
}

async function inspect(tab = 'tab'): Promise<string[]> {
  return (await host.kernel(tabOf(tab)).inspect()).variables.map((variable) => `${variable.name}: ${variable.type}`);
}

const api = {
  run,
  inspect,
  warm: () => host.warm(),
  state: () => host.state(),
  stateOf: (tab: string) => host.kernel(tabOf(tab)).state(),
  restart: (tab = 'tab') => host.kernel(tabOf(tab)).restart(),
  disposeTab: (tab: string) => host.kernel(tabOf(tab)).dispose(),
  dispose: () => host.dispose(),
};
export type KernelPageApi = typeof api;
Object.assign(globalThis, { kernelTest: api });
