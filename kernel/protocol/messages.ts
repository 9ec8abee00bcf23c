import { z } from 'zod';
import { maxPackages, RunPackage } from '../../contract/inputs.ts';
import { MimeBundle, TracebackFrame, maxTextLength } from '../../contract/output.ts';

/**
 * The kernel's message protocol: between the window and one kernel, over one MessagePort that the frame hands out per kernel.
 * The run that a message belongs to is known from the port and the one execution in flight, never from the message.
 * Everything that the kernel sends is untrusted: KernelEvent parses it, with its caps, before anyone looks at it.
 */

/** Bytes at which the kernel flushes its text buffer; it also flushes every flushIntervalMs. */
export const flushBytes = 64 * 1024;
export const flushIntervalMs = 16;
/** An interrupt is sent at once, then again every interruptIntervalMs; the worker is terminated after terminateAfterMs. */
export const interruptIntervalMs = 100;
export const terminateAfterMs = 1000;

/** A file for the kernel's own file system, relative to /workspace; null data removes it. */
export const KernelFile = z.object({ path: z.string().min(1).max(4096), data: z.instanceof(Uint8Array).nullable() });
export type KernelFile = z.infer<typeof KernelFile>;

/** Window to kernel. */
export type KernelCommand =
  | {
      type: 'execute';
      /** Chosen by the window; the answers carry none, since one execution runs at a time. */
      source: string;
      /** Name in tracebacks, `__file__` when `isFile`. */
      filename: string;
      isFile: boolean;
      /** Line of the source's first line within its file, first is 1, so that tracebacks point into the editor. */
      lineOffset: number;
      /** `fresh`: in a clean interpreter state, which is thrown away afterwards. `keep`: in the tab's own variables. */
      globals: 'keep' | 'fresh';
      argv: string[];
      files: KernelFile[];
    }
  /** Stop what runs: the guaranteed ladder of interrupts and termination. */
  | { type: 'interrupt' }
  /** The answer to an `inputRequested`; null is the end of file. */
  | { type: 'input'; text: string | null }
  /** `count` more output messages have been taken over. */
  | { type: 'acknowledge'; count: number }
  /** Asks for the variables of the tab; answered only between executions. */
  | { type: 'inspect' }
  /** Ends the kernel; nothing follows. */
  | { type: 'dispose' };

export const KernelVariable = z.object({
  name: z.string().max(200),
  /** `list[4]`, `int`, `DataFrame` */
  type: z.string().max(200),
  /** Shortened repr. */
  value: z.string().max(1000),
  /** sys.getsizeof, bytes; null if it fails. */
  sizeBytes: z.number().int().nullable(),
});
export type KernelVariable = z.infer<typeof KernelVariable>;

export const ExecutionEnd = z.object({
  /** `stopped`: by `interrupt`, whether KeyboardInterrupt arrived or the worker was terminated. */
  status: z.enum(['succeeded', 'failed', 'stopped', 'interrupted']),
  /** As `python file.py` would exit: 0, 1 for an exception, what sys.exit was given, 130 when stopped. */
  exitCode: z.number().int().min(-2147483648).max(4294967295),
  durationMs: z.number().min(0),
  peakMemoryBytes: z.number().int().min(0).nullable(),
  /** What it could import beside the standard library; null when that is not known. */
  packages: z.array(RunPackage).max(maxPackages).nullable().catch(null),
  /** Whether the variables are lost, because the worker was terminated or died. */
  kernelLost: z.boolean(),
});
export type ExecutionEnd = z.infer<typeof ExecutionEnd>;

/** Kernel to window. */
export const KernelEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    /** `3.14.2` */
    pythonVersion: z.string().max(50),
    pyodideVersion: z.string().max(50),
    /** Size of the linear memory. */
    memoryBytes: z.number().int().min(0),
    /** From the start of the worker. */
    startMs: z.number().min(0),
    /** How it started: from the memory snapshot, or by a plain load. */
    startedFrom: z.enum(['snapshot', 'load']),
  }),
  /** Could not start: an asset is missing or has another hash (named), or WebAssembly failed. */
  z.object({ type: z.literal('startFailed'), message: z.string().max(4096) }),
  z.object({ type: z.literal('text'), stream: z.enum(['stdout', 'stderr', 'stdin']), text: z.string().max(maxTextLength) }),
  z.object({
    type: z.literal('display'),
    bundle: MimeBundle,
    displayId: z.string().max(200).optional(),
    update: z.boolean().optional(),
  }),
  z.object({ type: z.literal('result'), bundle: MimeBundle }),
  z.object({
    type: z.literal('error'),
    name: z.string().max(1000),
    message: z.string().max(64 * 1024),
    traceback: z.string().max(maxTextLength),
    frames: z.array(TracebackFrame).max(200),
  }),
  z.object({ type: z.literal('note'), text: z.string().max(4096) }),
  z.object({ type: z.literal('inputRequested'), prompt: z.string().max(maxTextLength), password: z.boolean() }),
  z.object({ type: z.literal('finished'), end: ExecutionEnd }),
  z.object({ type: z.literal('variables'), variables: z.array(KernelVariable).max(1000), memoryBytes: z.number().int().min(0) }),
  /** The interpreter is gone (terminated, out of memory, a fatal error); why. No command but dispose is heeded after it. */
  z.object({ type: z.literal('lost'), reason: z.string().max(4096) }),
]);
export type KernelEvent = z.infer<typeof KernelEvent>;

/** Those that count as outstanding (outstanding.ts); the window acknowledges each once the core has it on disk. */
export const outputEventTypes = ['text', 'display', 'result', 'error', 'note'] as const;
