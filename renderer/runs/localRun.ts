import { newRunId, toAppError, type OutputBody, type RunId, type RunMode, type TabId, type TracebackFrame } from '../../contract/index.ts';
import { openLiveRun, type LiveConsole } from '../console/index.ts';
import { clearTracebackMarks, showTracebackMarks } from '../editor/index.ts';
import { collectFigure } from '../plots/index.ts';
import { core } from '../rpc/index.ts';
import type { Execution, ExecutionEnd, KernelEvent } from '../runner/index.ts';
import { reportError } from '../ui/index.ts';
import { finishRun } from './finishRun.ts';
import { keepInputs } from './keepInputs.ts';
import { kernelOf, knownPythonVersion } from './kernels.ts';
import { createOutputPump, type OutputPump } from './outputPump.ts';
import { setTabRun } from './runsStore.ts';
import { forgetGivenFiles, kernelFolder, workspaceFilesFor, type GivenFiles, type WorkspaceFiles } from './workspaceFiles.ts';

export interface RunRequest {
  mode: RunMode;
  tabId: TabId;
  title: string;
  path: string | null;
  source: string;
  /** First line of the source within its file, from 1. */
  lineOffset: number;
  argv: string[];
  /** A run that is repeated with the files that it had: `of` names it, null when nothing of it was kept but its source. */
  exactly?: { of: RunId | null; given: GivenFiles | null };
}

interface RunningRun {
  request: RunRequest;
  runId: RunId;
  console: LiveConsole;
  pump: OutputPump;
  workspace: WorkspaceFiles | null;
  /** What its interpreter is given: the workspace as it is, or as it was. */
  given: GivenFiles | null;
  /** Settles when that is kept with the run. */
  kept: Promise<void>;
  execution: Execution | null;
  /** Records that the window itself wrote: the kernel does not wait for them. */
  ownSeqs: Set<number>;
  error: string | null;
  frames: TracebackFrame[];
  startFailure: string | null;
  isStopped: boolean;
}

const running = new Map<TabId, RunningRun>();
/** Those of runs that ended and are not wholly stored yet. */
const storing = new Set<OutputPump>();

/** Stops what a tab runs; false if it runs nothing. */
export function stopLocalRun(tabId: TabId): boolean {
  const run = running.get(tabId);
  if (run === undefined) return false;
  run.isStopped = true;
  setTabRun(tabId, { phase: 'stopping', runId: run.runId });
  run.console.update({ isStopping: true, input: null });
  run.execution?.stop();
  return true;
}

/** The connection is back: what waits to be stored is tried at once. */
export function retryStoring(): void {
  for (const pump of [...storing, ...[...running.values()].map((run) => run.pump)]) pump.retryNow();
}

/** Executes a source on this computer, in the kernel of its tab. Resolves when the run has ended and all of it is stored. */
export async function runLocally(request: RunRequest): Promise<void> {
  const runId = newRunId();
  const startedMs = Date.now();
  clearTracebackMarks(request.tabId);
  const live = openLiveRun({ runId, title: request.title, mode: request.mode, tabId: request.tabId, startedMs, answer: (text) => run.execution?.input(text) });
  const run: RunningRun = {
    request,
    runId,
    console: live,
    pump: createOutputPump({
      runId,
      append: (input) => core.output.append(input),
      onStored: (first, last) => onStored(run, first, last),
      onWaiting: (error) => live.update({ waiting: error === null ? null : `${error.message} The output is kept here and stored as soon as that works again.` }),
      onRefused: (error) => {
        live.update({ waiting: `The rest of this output cannot be stored: ${error.message}` });
        reportError(error);
      },
    }),
    workspace: null,
    given: null,
    kept: Promise.resolve(),
    execution: null,
    ownSeqs: new Set(),
    error: null,
    frames: [],
    startFailure: null,
    isStopped: false,
  };
  running.set(request.tabId, run);
  setTabRun(request.tabId, { phase: 'starting', runId });
  let end: ExecutionEnd | null = null;
  try {
    if (await begin(run, startedMs)) end = await execute(run);
  } finally {
    running.delete(request.tabId);
    setTabRun(request.tabId, null);
  }
  if (end === null) return;
  // The tab is free again; storing the last of it may take its time.
  storing.add(run.pump);
  try {
    await finishRun({ ...run, end, retry: () => void runLocally(request).catch(reportError) });
  } finally {
    storing.delete(run.pump);
  }
}

/** Puts the start on disk, and fetches what the script needs. @returns false if the run could not begin; the console says why */
async function begin(run: RunningRun, startedMs: number): Promise<boolean> {
  const { request, runId } = run;
  const { mode, title, path, source, tabId, lineOffset, argv } = request;
  try {
    const [, workspace] = await Promise.all([
      core.runs.start({ id: runId, engine: 'local', mode, title, source, path, tabId, lineOffset, argv, pythonVersion: knownPythonVersion() }),
      request.exactly !== undefined ? null : workspaceFilesFor(tabId, path, mode === 'fresh').catch((error: unknown) => {
        // A run without its neighbours may still be what is wanted; what is missing will be named by Python.
        reportError(error);
        return null;
      }),
    ]);
    run.workspace = workspace;
    run.given = request.exactly === undefined ? workspace : request.exactly.given;
    run.kept = keepInputs(runId, workspace, request.exactly?.of ?? null);
    return true;
  } catch (caught) {
    const error = toAppError(caught);
    run.console.update({
      status: 'interrupted',
      durationMs: Date.now() - startedMs,
      failure: { message: `The run did not begin: ${error.message}`, action: error.action ?? null, retry: () => void runLocally(request).catch(reportError) },
    });
    return false;
  }
}

async function execute(run: RunningRun): Promise<ExecutionEnd> {
  const { request, workspace, given } = run;
  if (workspace?.note != null) note(run, workspace.note);
  const kernel = kernelOf(request.tabId);
  const begun = performance.now();
  if (run.isStopped) return { status: 'stopped', exitCode: 130, durationMs: 0, peakMemoryBytes: null, packages: null, kernelLost: false };
  const execution = kernel.execute(
    {
      source: request.source,
      filename: given === null ? (request.path ?? request.title) : kernelFolder + given.relative,
      isFile: request.path !== null,
      lineOffset: request.lineOffset,
      globals: request.mode === 'fresh' ? 'fresh' : 'keep',
      argv: request.argv,
      files: given?.files ?? [],
    },
    (event) => onEvent(run, event),
  );
  run.execution = execution;
  setTabRun(request.tabId, { phase: 'running', runId: run.runId });
  const end = await execution.ended;
  if (end.kernelLost) forgetGivenFiles(request.tabId);
  else workspace?.given();
  return end.durationMs > 0 ? end : { ...end, durationMs: performance.now() - begun };
}

function push(run: RunningRun, body: OutputBody, own: boolean): void {
  const record = run.pump.push(body);
  if (body.kind === 'display' || body.kind === 'result') {
    collectFigure(run.request.tabId, run.runId, record.seq, body.bundle, body.kind === 'display' ? (body.displayId ?? null) : null);
  }
  if (own) run.ownSeqs.add(record.seq);
  run.console.accept([record]);
}

function note(run: RunningRun, text: string): void {
  push(run, { kind: 'note', text: text.slice(0, 4096) }, true);
}

/** What the kernel sent is on disk: it may send as much again. */
function onStored(run: RunningRun, first: number, last: number): void {
  let count = 0;
  for (let seq = first; seq <= last; seq++) if (!run.ownSeqs.delete(seq)) count++;
  run.console.stored(last);
  if (count > 0) run.execution?.acknowledge(count);
}

function onEvent(run: RunningRun, event: KernelEvent): void {
  switch (event.type) {
    case 'text':
      push(run, { kind: 'text', stream: event.stream, text: event.text }, false);
      return;
    case 'display': {
      const { bundle, displayId, update } = event;
      push(run, { kind: 'display', bundle, ...(displayId === undefined ? {} : { displayId }), ...(update === undefined ? {} : { update }) }, false);
      return;
    }
    case 'result':
      push(run, { kind: 'result', bundle: event.bundle }, false);
      return;
    case 'note':
      push(run, { kind: 'note', text: event.text }, false);
      return;
    case 'error':
      onError(run, event);
      return;
    case 'inputRequested':
      if (!run.isStopped) run.console.requestInput({ prompt: event.prompt, password: event.password });
      return;
    case 'lost':
      note(run, `Python ended: ${event.reason} The variables of this tab are gone; the next run starts clean.`);
      return;
    case 'startFailed':
      run.startFailure = event.message;
      return;
    case 'ready':
    case 'variables':
    case 'finished':
      return;
  }
}

function onError(run: RunningRun, event: Extract<KernelEvent, { type: 'error' }>): void {
  const { name, message } = event;
  // The script's files lie in a folder of the interpreter's own; the person knows them by their places on this computer.
  const root = run.given?.root ?? null;
  const placeOf = (file: string): string => (root !== null && file.startsWith(kernelFolder) ? root + file.slice(kernelFolder.length) : file);
  const frames = event.frames.map((frame) => ({ ...frame, file: placeOf(frame.file) }));
  const traceback = root === null ? event.traceback : event.traceback.replaceAll(`File "${kernelFolder}`, () => `File "${root}`);
  push(run, { kind: 'error', name, message, traceback, frames }, false);
  run.error = `${name}${message === '' ? '' : `: ${message}`}`.slice(0, 2000);
  run.frames = frames;
  const own = frames.filter((frame) => frame.file === (run.request.path ?? run.request.title));
  showTracebackMarks(run.request.tabId, own.map((frame) => ({ line: frame.line, message: run.error ?? name })));
}
